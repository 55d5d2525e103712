"""The command line of the bench."""

import subprocess
import sys

import pytest


@pytest.mark.parametrize(
    ("arguments", "answer"),
    [
        (["speed"], "there is no group speed; there are commands, resting"),
        (["--rounds", "0"], "'0' must be a whole number of 1 or more"),
        (["--seconds", "ten"], "'ten' must be a whole number of 1 or more"),
    ],
)
def test_a_mistake_is_told_before_anything_is_started(arguments: list[str], answer: str) -> None:
    done = subprocess.run([sys.executable, "-m", "bench", *arguments], capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert answer in done.stderr
