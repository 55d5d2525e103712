"""What a part of a declaration says, as arguments of a component."""

from typing import Any

from scalewright import declaration


def given(part: declaration.Model) -> dict[str, Any]:
    """Return the settings of a part as plain values, without those that are left open."""
    return part.model_dump(mode="json", exclude_none=True)


def given_to_reach(part: declaration.Model) -> dict[str, Any]:
    """Return the settings of a server that somebody else runs, but for what concerns the network alone."""
    return {key: value for key, value in given(part).items() if key != "cidrs"}
