"""Health of what listens on no port: a file that the process touches while it can do its work.

The probes judge the file's age with the image's own Python; images of today have no other tool.
"""

from typing import Any

from scalewright.kubernetes.pod import SCRATCH

FILE = f"{SCRATCH}/health"
#: What tells a process of the file.
TOLD = {"HEALTH_FILE": FILE}
#: Seconds without a touch after which a process does no work at the moment: docs/environment.md promises one in 5.
STALE = 15
#: Seconds after which it will not come back by itself. A process touches nothing while its broker is away, and to
#: restart all of them for that would only add their start to the outage.
LOST = 600

_AGE = "import os, sys, time; sys.exit(time.time() - os.stat(sys.argv[1]).st_mtime > float(sys.argv[2]))"


def probes() -> dict[str, Any]:
    """Return the probes of a container: started, at work, and not lost. None is the other's."""
    return {
        "startup_probe": _probe(STALE, period_seconds=5, failure_threshold=36),
        "readiness_probe": _probe(STALE, period_seconds=15, failure_threshold=1),
        "liveness_probe": _probe(LOST, period_seconds=60, failure_threshold=1),
    }


def _probe(seconds: int, **timing: int) -> dict[str, Any]:
    # Isolated and without site packages, Python starts in a tenth of the time.
    command = ["python", "-I", "-S", "-c", _AGE, FILE, str(seconds)]
    return {"exec_": {"command": command}, "timeout_seconds": 5, **timing}
