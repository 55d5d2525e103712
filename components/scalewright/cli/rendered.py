"""The manifests that a render wrote into a folder, read again."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from scalewright.cli.render import OURS
from scalewright.local.errors import PlatformError

if TYPE_CHECKING:
    from pathlib import Path

Manifest = dict[str, Any]


def manifests(folder: Path, environment: str) -> list[Manifest]:
    """Return the manifests of a folder; raises PlatformError for one that holds anything else, or nothing."""
    again = f"Render {environment} into an empty folder with `scalewright render {environment} -o DIR`"
    if not folder.is_dir():
        raise PlatformError(f"{folder} is no folder. {again}, and name that")
    try:
        names = sorted(path.name for path in folder.iterdir())
        if foreign := [name for name in names if not OURS.fullmatch(name)]:
            rest = f" and {len(foreign) - 5} more" if len(foreign) > 5 else ""
            raise PlatformError(
                f"{folder} holds files that no render wrote: {', '.join(foreign[:5])}{rest}. {again}, and name that"
            )
        found = [_manifest(folder / name, again) for name in names if name.endswith(".yaml")]
    except OSError as error:
        raise PlatformError(f"{error.filename or folder} cannot be read: {error.strerror}. {again}") from error
    if not found:
        raise PlatformError(f"{folder} holds no manifests. {again}, and name that")
    return found


def _manifest(file: Path, again: str) -> Manifest:
    import yaml

    try:
        found = yaml.load(file.read_text(encoding="utf-8"), Loader=yaml.CSafeLoader)
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise PlatformError(f"{file} is no manifest: it is no YAML. {again}, and name that") from error
    metadata = found.get("metadata") if isinstance(found, dict) else None
    named = isinstance(metadata, dict) and isinstance(metadata.get("name"), str)
    if not named or not all(isinstance(found.get(field), str) for field in ("apiVersion", "kind")):
        raise PlatformError(f"{file} is no manifest: it names no object. {again}, and name that")
    manifest: Manifest = found
    return manifest
