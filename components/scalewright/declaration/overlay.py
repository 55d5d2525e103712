"""Stack files: what one environment changes of the declaration."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from scalewright.declaration import encrypted
from scalewright.declaration.document import Document, read
from scalewright.declaration.errors import Mistake
from scalewright.declaration.problem import Absent, dotted
from scalewright.declaration.secret_names import taken
from scalewright.declaration.wording import nearest

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from pathlib import Path as FilePath

    from scalewright.declaration.backend import Backend
    from scalewright.declaration.problem import Path, Problem

NAMESPACE = "scalewright"
BACKEND = f"{NAMESPACE}:backend"
PREFLIGHT = f"{NAMESPACE}:preflight"
"""Whether Pulumi's program asks the cluster before it makes anything."""
SECRETS = f"{NAMESPACE}:secrets"
"""Secrets that Pulumi keeps encrypted, by name and key."""
SETTINGS = (BACKEND, PREFLIGHT, SECRETS)
SWITCH = (True, False, "true", "false")
"""What a switch may be; `pulumi config set` writes text."""
TOP_LEVEL = ("config", "encryptedkey", "encryptionsalt", "environment", "secretsprovider")
"""The keys of a Pulumi stack file: https://www.pulumi.com/docs/iac/concepts/projects/stack-settings-file/"""


@dataclass(frozen=True)
class Overlay:
    """The changes of one environment."""

    document: Document
    config: dict[str, Any]
    """All that is configured."""
    data: dict[str, Any]
    """The value of `scalewright:backend`."""
    mistakes: tuple[Mistake, ...]
    """What is wrong around that value."""

    def located(self, problem: Problem) -> Mistake:
        """The problem with the place in the file where it is best mended."""
        position = self._position(problem)
        line, column = position or (None, None)
        path, file = dotted(problem.path), self.document.file
        return Mistake(path, problem.value, problem.bound, problem.remedy, file, line, column)

    def _position(self, problem: Problem) -> tuple[int, int] | None:
        """Of the setting, else of what it rests on, else of the nearest thing around it that the file holds."""
        around = [problem.path[:end] for end in range(len(problem.path) - 1, -1, -1)]
        places = (("config", BACKEND, *path) for path in (problem.path, *problem.reads, *around))
        return next(filter(None, map(self.document.positions.get, places)), None)


def read_overlay(path: FilePath, name: str) -> Overlay:
    """Read a stack file; raises `Mistakes` where it is no YAML."""
    document = read(path, name)
    mistakes = list(document.mistakes)
    root = _mapping(document, document.data, (), "the file", mistakes)
    mistakes += [_unknown(document, (key,), TOP_LEVEL) for key in root if key not in TOP_LEVEL]
    config = _mapping(document, root.get("config"), ("config",), "config", mistakes)
    mistakes += [_unknown(document, ("config", key), SETTINGS) for key in config if not _known(key)]
    if PREFLIGHT in config and str(config[PREFLIGHT]).lower() not in ("true", "false"):
        mistakes.append(_no_switch(document, PREFLIGHT, config[PREFLIGHT]))
    mistakes += _of_secrets(document, encrypted.problems(config.get(SECRETS)))
    data = _mapping(document, config.get(BACKEND), ("config", BACKEND), BACKEND, mistakes)
    return Overlay(document, config, data, tuple(mistakes))


def merge(base: Mapping[str, Any], changes: Mapping[str, Any]) -> dict[str, Any]:
    """Lay changes over a base: mappings merge, all else replaces, null takes away and so restores the default."""
    merged = dict(base)
    for key, value in changes.items():
        if value is None:
            merged.pop(key, None)
        elif isinstance(value, dict):
            below = merged.get(key)
            merged[key] = merge(below if isinstance(below, dict) else {}, value)
        else:
            merged[key] = value
    return merged


def _mapping(document: Document, value: Any, path: Path, name: str, mistakes: list[Mistake]) -> dict[str, Any]:
    """The value, where it is a mapping; an empty one means no changes."""
    if isinstance(value, dict):
        return value
    if value is not None:
        line, column = document.positions.get(path, (1, 1))
        bound, remedy = "it must be a mapping", "Write it as in {setting: value}"
        mistakes.append(Mistake(name, value, bound, remedy, document.file, line, column))
    return {}


def _of_secrets(document: Document, problems: Iterable[Problem]) -> list[Mistake]:
    """Return what is wrong with encrypted secrets, each at the nearest place that the file holds."""
    mistakes = []
    for one in problems:
        path = ("config", SECRETS, *one.path)
        places = (document.positions.get(path[:end]) for end in range(len(path), 1, -1))
        line, column = next(filter(None, places), (None, None))
        mistakes.append(Mistake(dotted(path), one.value, one.bound, one.remedy, document.file, line, column))
    return mistakes


def overwritten(overlay: Overlay, backend: Backend) -> list[Mistake]:
    """Return a mistake for each encrypted Secret that a part of the backend makes itself."""
    given = overlay.config.get(SECRETS)
    if any(encrypted.problems(given)):
        return []
    return _of_secrets(overlay.document, taken(backend, encrypted.keys(given)))


def in_vain(overlay: Overlay, platform: object) -> list[Mistake]:
    """Return a mistake for encrypted secrets on a platform that gives them to nobody."""
    if platform == "kubernetes" or not overlay.config.get(SECRETS):
        return []
    line, column = overlay.document.positions["config", SECRETS]
    bound = f"it must not be set for platform {platform}, where passwords are made, and none is given"
    return [Mistake(f"config.{SECRETS}", encrypted.HIDDEN, bound, "Take it out", overlay.document.file, line, column)]


def _no_switch(document: Document, key: str, value: Any) -> Mistake:
    line, column = document.positions["config", key]
    bound, remedy = "it must be true or false", "Write one of them"
    return Mistake(f"config.{key}", value, bound, remedy, document.file, line, column)


def _known(key: str) -> bool:
    """Whether this key of `config` is ours or somebody else's; one without a namespace is nobody's."""
    namespace, colon, _ = key.partition(":")
    return key in SETTINGS or (bool(colon) and namespace != NAMESPACE)


def _unknown(document: Document, path: Path, known: Sequence[str]) -> Mistake:
    key = str(path[-1])
    near = nearest(key, known) or nearest(f"{NAMESPACE}:{key}", known)
    remedy = f"Did you mean {near}?" if near else "Take it out"
    line, column = document.positions[path]
    bound = f"it must be one of {', '.join(known)}"
    return Mistake(dotted(path), Absent.UNKNOWN, bound, remedy, document.file, line, column)
