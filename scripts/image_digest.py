"""Writes the digest of an image into an environment's overlay, and nothing else of the file.

    python scripts/image_digest.py ENV NAME@sha256:...

Comments and order stay: only the value of `image` is replaced, where it stands. It must stand there already, for which
images an environment takes is for people to say. What comes out is read again, and must be a declaration.

Exit status 0: it is there, or was. 1: it cannot be written, and the last line says what helps. 2: wrong arguments.
"""

from __future__ import annotations

import re
import sys
from pathlib import Path

from ruamel.yaml import YAML

from scalewright.declaration import load
from scalewright.declaration.errors import Mistakes

ROOT = Path(__file__).resolve().parents[1]
#: A name that OCI's distribution specification takes, with the registry that it is in, and the digest of a manifest.
IMAGE = re.compile(r"[a-z0-9.-]+(:\d+)?(/[a-z0-9]+(?:(?:\.|_{1,2}|-+)[a-z0-9]+)*)+@sha256:[0-9a-f]{64}")


def replaced(text: str, image: str) -> str:
    """Return an overlay with another image. Raises ValueError where it has none, or more than a plain value."""
    settings = YAML().load(text)["config"]["scalewright:backend"]
    if "image" not in settings:
        raise ValueError("it has no `image` of its own. Write one by hand first")
    row, column = settings.lc.value("image")
    lines = text.splitlines(keepends=True)
    before, rest = lines[row][:column], lines[row][column:]
    found = re.match(r"""(["']?)(?P<old>[^\s"'#,}]+)\1""", rest)
    if found is None or found["old"] != settings["image"]:
        raise ValueError("its `image` is more than a value in one line. Write it so")
    lines[row] = before + image + rest[found.end() :]
    return "".join(lines)


def write(project: Path, environment: str, image: str) -> bool:
    """Write the image into the overlay; returns whether that changed it. Raises ValueError or Mistakes."""
    overlay = project / "stacks" / f"Pulumi.{environment}.yaml"
    if not overlay.is_file():
        raise ValueError("there is no such file")
    load(project, environment)
    before = overlay.read_text(encoding="utf-8")
    after = replaced(before, image)
    overlay.write_text(after, encoding="utf-8")
    try:
        load(project, environment)
    except Mistakes:
        overlay.write_text(before, encoding="utf-8")
        raise
    return after != before


def main(arguments: list[str]) -> int:
    """Write it; returns the exit status."""
    if len(arguments) != 2 or not IMAGE.fullmatch(arguments[1]):
        print(
            "image-digest: takes an environment and an image by its digest: "
            f"make image-digest ENV=prod IMAGE=ghcr.io/acme/shop@sha256:...; not {' '.join(arguments) or 'nothing'}",
            file=sys.stderr,
        )
        return 2
    environment, image = arguments
    try:
        changed = write(ROOT, environment, image)
    except (Mistakes, ValueError) as error:
        print(f"image-digest: stacks/Pulumi.{environment}.yaml: {error}", file=sys.stderr)
        return 1
    print(f"image-digest: {environment} {'takes' if changed else 'had'} {image}")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
