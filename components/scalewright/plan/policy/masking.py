"""Manifests and processes without what looks like a secret in plain text, for reports that strangers may read. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from scalewright.plan.policy.secrets import FORMATS, KEPT, OTHERS, arguments, settings, suspicious
from scalewright.plan.records import Process

if TYPE_CHECKING:
    from scalewright.plan.resources import Resource

_COMMANDS = ("command", "args", "prepare")


class Mask:
    """What takes the place of secrets: of one always the same, so that a change of it is still seen to be one."""

    def __init__(self) -> None:
        self._numbers: dict[str, int] = {}

    def resource(self, one: Resource) -> Resource:
        """Return a resource with its own texts masked; Secrets are known to hold nothing else, and masked elsewhere."""
        if one.inputs.get("kind") in OTHERS:
            return one
        kept = KEPT if "kind" in one.inputs else frozenset[str]()
        inputs = {key: value if key in kept else self.value(value, key) for key, value in one.inputs.items()}
        return one.model_copy(update={"inputs": inputs})

    def process(self, one: Process) -> Process:
        """Return a process with what it is given masked."""
        given = one.model_dump(mode="json", include={"environment", "files", "watched", *_COMMANDS})
        masked = {key: self.value(value, key) for key, value in given.items()}
        return Process.model_validate({**one.model_dump(), **masked})

    def value(self, value: Any, name: str = "") -> Any:
        """Return a value of JSON; `name` is what it is called."""
        if isinstance(value, str):
            return self._instead(value) if _is_secret(name, value) else value
        if isinstance(value, dict):
            return {key: self.value(one, _called(value, str(key))) for key, one in value.items()}
        if isinstance(value, list) and name in _COMMANDS:
            words = [str(one) for one in value]
            hidden = {index for index, option, text in arguments(words) if suspicious(option, text)}
            return [self._instead(words[at]) if at in hidden else one for at, one in enumerate(value)]
        if isinstance(value, list):
            return [self.value(one, name) for one in value]
        return value

    def _instead(self, value: str) -> str:
        number = self._numbers.setdefault(value, len(self._numbers) + 1)
        return f"<looks like a secret: {number}>"


def _called(beside: dict[Any, Any], key: str) -> str:
    """Return what the value of a key is called; nothing where it is a key of the Secret that is named beside it."""
    if "secretName" in beside:
        return ""
    return str(beside.get("name") or key) if key == "value" else key


def _is_secret(name: str, value: str) -> bool:
    if suspicious(name, value):
        return True
    return name.endswith(FORMATS) and any(suspicious(*one) for one in settings(value))
