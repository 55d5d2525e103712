"""A project that says something of policies."""

from __future__ import annotations

from typing import TYPE_CHECKING

from scalewright.plan.policy import Example, Rule

if TYPE_CHECKING:
    from pathlib import Path

WITH_SETTINGS = Rule(
    name="with-settings",
    group="scaling",
    title="It fits",
    why="It must.",
    severity="low",
    remedy="Make it fit",
    examples=Example("", ""),
    settings={"most": 3, "share": 0.5, "strict": True, "names": ("a",), "where": "here", "sizes": {"cpu": 1}},
    of_object=lambda _subject, _settings: (),
)
PLAIN = Rule(
    name="plain",
    group="scaling",
    title="It is so",
    why="It must.",
    severity="low",
    remedy="Make it so",
    examples=Example("", ""),
    advisory=True,
    of_object=lambda _subject, _settings: (),
)


def project(folder: Path, policies: str | None = None, waivers: str | None = None) -> Path:
    """Write a project with the environments dev and prod."""
    stacks = folder / "stacks"
    stacks.mkdir()
    for name in ("dev", "prod"):
        (stacks / f"Pulumi.{name}.yaml").write_text("")
    for name, text in (("policies.yaml", policies), ("waivers.yaml", waivers)):
        if text is not None:
            (stacks / name).write_text(text)
    return folder
