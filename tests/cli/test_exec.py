"""What `scalewright exec` says to a mistake; what it opens is in tests/e2e/commands."""

import shutil
from pathlib import Path

import pytest
from tests.cli.command import ROOT, refuse


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """The shop, never brought up."""
    for part in ("stacks", "app"):
        shutil.copytree(ROOT / part, tmp_path / part, ignore=shutil.ignore_patterns("__pycache__"))
    return tmp_path


@pytest.mark.parametrize("server", ["postgres", "redis"])
def test_what_does_not_run_is_answered_with_the_command_that_starts_it(project: Path, server: str) -> None:
    told = "scalewright: local is not running. Start it with `scalewright up local`"
    assert refuse(project, "exec", server) == told


def test_an_unknown_server_is_answered_with_the_nearest_and_all(project: Path) -> None:
    known = "There are: postgres, postgres-replica-1, redis"
    assert refuse(project, "exec", "postgress") == (
        f"scalewright: there is no client for 'postgress'. Did you mean 'postgres'? {known}"
    )
    assert refuse(project, "exec", "orders-1") == f"scalewright: there is no client for 'orders-1'. {known}"


@pytest.mark.parametrize("number", ["2", "0"])
def test_a_replica_that_is_not_there_is_answered_with_the_bound(project: Path, number: str) -> None:
    assert refuse(project, "exec", "postgres", "--replica", number) == (
        f"scalewright: --replica is {number}, but it must be from 1 to 1. Name another, or raise postgres.instances"
    )


def test_redis_has_no_replica(project: Path) -> None:
    assert refuse(project, "exec", "redis", "--replica") == "scalewright: redis has no replica. Leave out --replica"


@pytest.mark.parametrize("number", ["x", "1.5", ""])
def test_a_replica_is_a_number(project: Path, number: str) -> None:
    told = refuse(project, "exec", "postgres", "--replica", number, status=2)
    assert told == f"Error: Invalid value for '--replica': {number!r} is not a valid integer."


def test_a_replica_has_no_replica_of_its_own(project: Path) -> None:
    told = refuse(project, "exec", "postgres-replica-1", "--replica")
    assert told == "scalewright: postgres-replica-1 has no replica. Leave out --replica"


def test_no_server_at_all_is_answered_with_those_there_can_be(project: Path) -> None:
    assert refuse(project, "exec", status=2) == "Error: Missing argument 'postgres|redis'."
    assert "There are: postgres, postgres-replica-1, redis" in refuse(project, "exec", "")


def test_an_option_of_the_client_is_told_its_place(project: Path) -> None:
    assert refuse(project, "exec", "postgres", "-c", "SELECT 1", status=2) == (
        "Error: exec has no option -c. What is for the client comes after --, as in exec postgres -- -c"
    )


def test_an_environment_on_another_platform_is_told(project: Path) -> None:
    assert "environment prod is on platform kubernetes" in refuse(project, "exec", "redis", "-e", "prod")


def test_an_unknown_environment_is_answered_with_those_there_are(project: Path) -> None:
    assert "the environments are dev, local, prod, staging" in refuse(project, "exec", "redis", "-e", "lokal", status=2)
