"""What `scalewright reset` says to a mistake; what it does is in tests/e2e/commands."""

from pathlib import Path

import pytest
from tests.cli.command import ROOT, refuse


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """The shop, never brought up."""
    (tmp_path / "stacks").symlink_to(ROOT / "stacks")
    return tmp_path


def test_an_unknown_part_is_answered_with_the_nearest_and_all(project: Path) -> None:
    known = "There are: postgres, postgres-replica-1, redis, orders, orders-worker, gateway"
    told = refuse(project, "reset", "Postgress", "--yes", status=2)
    assert told == f"Error: there is no part 'Postgress'. Did you mean 'postgres'? {known}"
    for name in ("local", "", "migrations", "kafka"):
        assert refuse(project, "reset", name, "--yes", status=2) == f"Error: there is no part {name!r}. {known}"
    assert "Did you mean 'postgres-replica-1'?" in refuse(project, "reset", "postgres-replica-2", "--yes", status=2)


def test_no_part_at_all_is_no_part(project: Path) -> None:
    assert refuse(project, "reset", "--yes", status=2) == "Error: Missing argument 'PART'."


@pytest.mark.parametrize("part", ["postgres", "postgres-replica-1", "redis"])
def test_a_server_without_data_at_rest_has_nothing_to_reset(project: Path, part: str) -> None:
    assert refuse(project, "reset", part, "--yes") == (
        f"scalewright: {part} has no data, and local is not running: there is nothing to reset. Start it with "
        "`scalewright up local`"
    )
    assert not (project / ".scalewright").exists()


def test_a_part_that_keeps_no_data_has_nothing_to_reset_at_rest(project: Path) -> None:
    told = refuse(project, "reset", "orders", "--yes")
    assert told.startswith("scalewright: orders keeps no data, and local is not running: there is nothing to reset.")


def test_a_replica_that_may_be_all_that_is_left_is_kept(project: Path) -> None:
    copy = project / ".scalewright" / "local" / "data" / "postgres-replica-1"
    copy.mkdir(parents=True)
    (copy / "PG_VERSION").write_text("15\n")
    told = refuse(project, "reset", "postgres-replica-1", "--yes")
    assert "is gone, so postgres-replica-1 may be all that is left of the data. To give it up, run" in told
    assert copy.exists()


def test_an_environment_that_is_not_there_or_not_here_is_told(project: Path) -> None:
    assert "the environments are dev, local, prod, staging" in refuse(project, "reset", "redis", "lokal", status=2)
    assert "environment prod is on platform kubernetes" in refuse(project, "reset", "redis", "prod", "--yes")
