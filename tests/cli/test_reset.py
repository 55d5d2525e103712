"""What `scalewright reset` says to a mistake; what it does is in tests/e2e/commands."""

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """The shop, never brought up."""
    (tmp_path / "stacks").symlink_to(ROOT / "stacks")
    return tmp_path


def refuse(project: Path, *arguments: str, status: int = 1) -> str:
    """Run reset, and return its last line."""
    done = subprocess.run(
        [sys.executable, "-m", "scalewright", "reset", *arguments],
        cwd=project,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == status, done.stdout + done.stderr
    assert "Traceback" not in done.stderr
    return done.stderr.splitlines()[-1]


def test_an_unknown_part_is_answered_with_the_nearest_and_all(project: Path) -> None:
    known = "There are: postgres, postgres-replica-1, redis, orders, orders-worker, gateway"
    told = refuse(project, "Postgress", "--yes", status=2)
    assert told == f"Error: there is no part 'Postgress'. Did you mean 'postgres'? {known}"
    for name in ("local", "", "migrations", "kafka"):
        assert refuse(project, name, "--yes", status=2) == f"Error: there is no part {name!r}. {known}"
    assert "Did you mean 'postgres-replica-1'?" in refuse(project, "postgres-replica-2", "--yes", status=2)


def test_no_part_at_all_is_no_part(project: Path) -> None:
    assert refuse(project, "--yes", status=2) == "Error: Missing argument 'PART'."


@pytest.mark.parametrize("part", ["postgres", "postgres-replica-1", "redis"])
def test_a_server_without_data_at_rest_has_nothing_to_reset(project: Path, part: str) -> None:
    assert refuse(project, part, "--yes") == (
        f"scalewright: {part} has no data, and local is not running: there is nothing to reset. Start it with "
        "`scalewright up local`"
    )
    assert not (project / ".scalewright").exists()


def test_a_part_that_keeps_no_data_has_nothing_to_reset_at_rest(project: Path) -> None:
    told = refuse(project, "orders", "--yes")
    assert told.startswith("scalewright: orders keeps no data, and local is not running: there is nothing to reset.")


def test_a_replica_that_may_be_all_that_is_left_is_kept(project: Path) -> None:
    copy = project / ".scalewright" / "local" / "data" / "postgres-replica-1"
    copy.mkdir(parents=True)
    (copy / "PG_VERSION").write_text("15\n")
    told = refuse(project, "postgres-replica-1", "--yes")
    assert "is gone, so postgres-replica-1 may be all that is left of the data. To give it up, run" in told
    assert copy.exists()


def test_an_environment_that_is_not_there_or_not_here_is_told(project: Path) -> None:
    assert "the environments are dev, local, prod, staging" in refuse(project, "redis", "lokal", status=2)
    assert "environment prod is on platform kubernetes" in refuse(project, "redis", "prod", "--yes")
