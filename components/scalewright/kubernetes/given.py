"""What a part of a declaration says, as arguments of a component."""

from typing import Any

from scalewright import declaration
from scalewright.kubernetes.pod import ResourcesArgs


def given(part: declaration.Model) -> dict[str, Any]:
    """Return the settings of a part as plain values, without those that are left open."""
    return part.model_dump(mode="json", exclude_none=True)


def given_to_reach(part: declaration.Model) -> dict[str, Any]:
    """Return the settings of a server that somebody else runs, but for what concerns the network alone."""
    return {key: value for key, value in given(part).items() if key != "cidrs"}


def resources(declared: declaration.Resources) -> ResourcesArgs:
    """Return the requests and limits of a part."""
    args: ResourcesArgs = {"cpu": str(declared.cpu), "memory": str(declared.memory)}
    return {**args, "cpu_limit": str(declared.cpu_limit)} if declared.cpu_limit else args
