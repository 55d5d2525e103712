"""Where an image must be named by its digest."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from scalewright.declaration.problem import Problem

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

#: Environments that people depend on, by their usual names.
PINNED = frozenset({"prod", "production"})


def movable(merged: Mapping[str, Any], environment: str) -> Iterator[Problem]:
    """Refuse an image by its tag alone in production: a tag moves, and replicas of one release would run other code."""
    image = merged.get("image")
    runs_images = merged.get("platform") in {"docker", "kubernetes"}
    if environment in PINNED and runs_images and isinstance(image, str) and "@sha256:" not in image:
        bound = f"it must have its digest in environment {environment}, because a tag can move to other code"
        remedy = "Append @sha256: and the digest, as `docker buildx imagetools inspect` prints it"
        yield Problem(("image",), image, bound, remedy, (("platform",),))
