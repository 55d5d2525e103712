"""What a command in a process of its own took."""

import sys
from pathlib import Path

import pytest
from bench import child


def test_memory_is_that_of_the_process_at_its_peak_and_not_of_who_started_it(tmp_path: Path) -> None:
    ours = b"x" * 100_000_000
    small, large = (
        child.run([sys.executable, "-c", f"held = b'x' * {size}; del held"], tmp_path).peak for size in (1, len(ours))
    )
    assert large - small == pytest.approx(100, abs=10)
    assert small < 50


def test_processor_time_is_that_of_the_process_alone(tmp_path: Path) -> None:
    took = child.run([sys.executable, "-c", "import time; time.sleep(0.3)"], tmp_path)
    assert took.seconds >= 0.3
    assert took.cpu_seconds < took.seconds


def test_a_failure_ends_the_measurement_with_what_was_said(tmp_path: Path) -> None:
    with pytest.raises(SystemExit, match=r"ended with status 3:\nno such thing"):
        child.run([sys.executable, "-c", "import sys; print('no such thing'); sys.exit(3)"], tmp_path)
