"""Asks `scalewright doctor`, and finds things in its answer."""

import json
from typing import Any

from tests.e2e.local.stack import Stack, eventually

#: What a machine that is shared with other tests may well have, and what they did to the stack before.
OF_THE_MACHINE = {"machine"}


def diagnosis(stack: Stack) -> dict[str, Any]:
    """Return the whole answer; fails where the exit status does not agree with it."""
    process = stack.start("doctor", "--json")
    output, errors = process.communicate(timeout=60)
    assert errors == ""
    answer: dict[str, Any] = json.loads(output)
    assert process.returncode == (1 if answer["troubles"] else 0)
    return answer


def findings(stack: Stack, level: str = "trouble") -> list[dict[str, str]]:
    """Return all findings of a level, each with its part."""
    parts = diagnosis(stack)["parts"]
    return [{"part": part, **one} for part, found in parts.items() for one in found if one["level"] == level]


def find(stack: Stack, part: str, subject: str, seen: str, within: float = 60.0) -> dict[str, str]:
    """Ask until there is a trouble of these, and return it; fails with all that was found in its place."""
    found: list[dict[str, str]] = []

    def is_found() -> bool:
        found[:] = findings(stack)
        return bool(matching())

    def matching() -> list[dict[str, str]]:
        return [one for one in found if one["part"] == part and one["subject"] == subject and seen in one["seen"]]

    try:
        eventually(is_found, within)
    except AssertionError as error:
        raise AssertionError(f"no trouble {part}/{subject}: {seen!r} in {json.dumps(found, indent=1)}") from error
    return matching()[0]


def has_no_trouble(stack: Stack) -> bool:
    """Whether there is no trouble with what runs; deaths of other tests are those of the past."""
    return not [one for one in findings(stack) if one["part"] != "machine" and "was killed by" not in one["seen"]]
