"""What processes take, by processes of this machine."""

import subprocess
import sys
import time
from collections.abc import Iterator

import psutil
import pytest
from bench.footprint import cpu_seconds, memory, private

HOLDS_50_MB = "held = bytearray(range(250)) * 200_000; print(flush=True); input()"
BUSY = "import time\nwhile time.process_time() < 0.5: pass\nprint(flush=True); input()"


def _started(code: str) -> Iterator[psutil.Process]:
    with subprocess.Popen([sys.executable, "-c", code], stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        process.stdout.readline()
        yield psutil.Process(process.pid)
        process.kill()


@pytest.fixture
def large() -> Iterator[psutil.Process]:
    yield from _started(HOLDS_50_MB)


@pytest.fixture
def busy() -> Iterator[psutil.Process]:
    yield from _started(BUSY)


def test_memory_is_what_processes_hold_together(large: psutil.Process) -> None:
    one = memory([large])
    assert 50 < one < 100
    assert memory([large, large]) == pytest.approx(2 * one, rel=0.02)


def test_growth_is_measured_by_what_is_shared_with_nobody(large: psutil.Process) -> None:
    assert 50 < private([large]) < memory([large])


def test_processor_time_is_counted_as_it_is_taken(busy: psutil.Process) -> None:
    assert 0.4 <= cpu_seconds([busy]) < 2
    before = cpu_seconds([busy])
    time.sleep(0.3)
    assert cpu_seconds([busy]) - before < 0.1


def test_a_process_that_is_gone_takes_nothing(large: psutil.Process) -> None:
    large.kill()
    large.wait()
    assert memory([large]) == 0
    assert cpu_seconds([large]) == 0
