"""A load from a tool of its own: wrk where it is installed, else Locust.

wrk (https://github.com/wg/wrk) takes a few per cent of a core for what the shop can answer, and so hardly disturbs
what it measures. No wheel carries it or another of its kind. Of the load tools of PyPI, Locust (https://locust.io) is
the one that is kept by many and reads in Python; it needs a core for some thousand requests/s, so figures of a bare
server taken with it are its own.
"""

from __future__ import annotations

import json
import os
import resource
import shutil
import subprocess
import sys
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from bench.cores import pinned

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    Kind = Literal["create", "read", "list", "mixed"]

HERE = Path(__file__).parent
TIMEOUT = 10  # seconds after which an answer counts as late


@dataclass(frozen=True)
class Report:
    """What came of a load; times in seconds, errors as status 400 and above, broken connections, late answers."""

    requests: int
    seconds: float
    p50: float
    p99: float
    refused: int
    broken: int
    late: int

    @property
    def rate(self) -> float:
        """Requests per second that were answered as they should be."""
        return max(0, self.requests - self.refused) / self.seconds

    @property
    def errors(self) -> int:
        """Requests that were not answered as they should be."""
        return self.refused + self.broken + self.late

    @property
    def detail(self) -> str:
        """Latency and errors in words."""
        errors = f", {self.errors} errors" if self.errors else ""
        if not self.requests:
            return f"no answer{errors}"
        return f"p50 {self.p50 * 1000:.1f} ms, p99 {self.p99 * 1000:.1f} ms{errors}"


@dataclass(frozen=True)
class Target:
    """Where a load goes, and among how many orders and users it chooses."""

    url: str
    orders: int
    users: int


def tool() -> str:
    """Return the load tool's name; ends with what to install where there is none."""
    if shutil.which("wrk"):
        return "wrk"
    if find_spec("locust"):
        return "locust"
    sys.exit("no load tool: install wrk from your system's packages, or Locust by `pip install locust`")


def load(target: Target, kind: Kind, *, connections: int, seconds: int, cores: Collection[int] = ()) -> Report:
    """Send requests of a kind over so many connections for so long, from some cores; each asks when it is answered."""
    if tool() == "wrk":
        command = ["wrk", "--threads", "1", "--connections", str(connections), "--duration", f"{seconds}s"]
        command += ["--timeout", f"{TIMEOUT}s", "--script", str(HERE / "load.lua"), target.url]
        return parse_wrk(_run([*command, "--", kind, str(target.orders), str(target.users)], {}, cores))
    command = [sys.executable, "-m", "locust", "--locustfile", str(HERE / "locustfile.py"), "--headless", "--json"]
    command += ["--users", str(connections), "--spawn-rate", str(connections), "--run-time", f"{seconds}s"]
    choice = {"BENCH_KIND": kind, "BENCH_ORDERS": str(target.orders), "BENCH_USERS": str(target.users)}
    return parse_locust(_run([*command, "--host", target.url, "--exit-code-on-error", "0"], choice, cores))


def parse_wrk(output: str) -> Report:
    """Read the line that load.lua ends with."""
    return Report(**json.loads(output.splitlines()[-1]))


def parse_locust(output: str) -> Report:
    """Read Locust's JSON: one object a kind of request, each with a histogram of milliseconds."""
    kinds: list[dict[str, Any]] = json.loads(output)
    times: dict[float, int] = {}
    for kind in kinds:
        for milliseconds, count in kind["response_times"].items():
            times[float(milliseconds) / 1000] = times.get(float(milliseconds) / 1000, 0) + count
    begun = min((kind["start_time"] for kind in kinds), default=0.0)
    ended = max((kind["last_request_timestamp"] or begun for kind in kinds), default=0.0)
    return Report(
        requests=sum(kind["num_requests"] for kind in kinds),
        seconds=max(ended - begun, 1e-9),
        p50=_percentile(times, 0.5),
        p99=_percentile(times, 0.99),
        refused=sum(kind["num_failures"] for kind in kinds),
        broken=0,
        late=0,
    )


def _percentile(times: Mapping[float, int], share: float) -> float:
    """Return the time within which a share of the answers came, given how many took how long."""
    left = share * sum(times.values())
    for seconds in sorted(times):
        left -= times[seconds]
        if left <= 0:
            return seconds
    return 0.0


def _run(command: list[str], environment: Mapping[str, str], cores: Collection[int]) -> str:
    done: subprocess.CompletedProcess[str] = subprocess.run(
        command,
        env={**os.environ, **environment},
        preexec_fn=lambda: _prepare(cores),
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        sys.exit(f"{command[0]} ended with status {done.returncode}:\n{done.stdout}{done.stderr}")
    return done.stdout


def _prepare(cores: Collection[int]) -> None:
    """Choose the cores of a process, and let it open as many files as it may: connections are files."""
    pinned(cores)
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
