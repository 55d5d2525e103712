"""Files of the state folder that are cut short, empty, lost, of another version, or half made."""

import json
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil
import pytest
from tests.e2e.local.stack import Stack, eventually, lines
from tests.e2e.recovery.databases import all_healthy, assert_whole, one_line

pytestmark = pytest.mark.e2e


def empty(path: Path) -> None:
    path.write_bytes(b"")


def cut(path: Path) -> None:
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])


def garble(path: Path) -> None:
    path.write_bytes(b"\xff\xfe\x00{" * 100)


DAMAGES = [empty, cut, garble]


@pytest.fixture
def saved(databases: Stack) -> Iterator[Path]:
    """The file of saved values, which is put back at the end."""
    path = databases.folder / "state.json"
    good = path.read_bytes()
    yield path
    path.write_bytes(good)


def assert_recovered(stack: Stack) -> str:
    """Bring it up, and see that all is there; returns what was printed."""
    output = stack.run("up")
    assert "Traceback" not in output
    assert_whole(stack)
    return output


@pytest.mark.parametrize("damage", DAMAGES)
def test_damaged_values_are_one_line_that_says_how_to_go_on(
    databases: Stack, saved: Path, damage: Callable[[Path], None]
) -> None:
    before = databases.pids()
    damage(saved)
    said = one_line(databases.run("up", status=1))
    assert said.startswith(f"scalewright: {saved} is damaged. Run `scalewright down`, delete the file, start again")
    assert said == one_line(databases.run("preview", status=1))
    assert databases.pids() == before


def test_what_is_said_of_damaged_values_helps(databases: Stack) -> None:
    cut(databases.folder / "state.json")
    databases.run("down")
    assert not databases.leftovers()
    (databases.folder / "state.json").unlink()
    assert_recovered(databases)


def test_values_of_a_newer_version_are_one_line_and_touch_nothing(databases: Stack, saved: Path) -> None:
    before = databases.pids()
    saved.write_text(json.dumps({**json.loads(saved.read_text()), "version": 3, "colours": []}))
    assert "was written by a newer Scalewright: its version is 3" in one_line(databases.run("up", status=1))
    assert databases.pids() == before
    databases.run("down")
    assert not databases.leftovers()
    assert json.loads(saved.read_text())["version"] == 3


def test_values_of_the_first_version_are_taken_over(databases: Stack, saved: Path) -> None:
    databases.run("up")
    before = databases.pids()
    old = {"version": 1, "ports": databases.saved_ports}
    saved.write_text(json.dumps(old))
    assert "nothing to change" in databases.run("up")
    assert databases.pids() == before
    assert json.loads(saved.read_text())["version"] == 2


def test_records_that_cannot_be_read_are_made_anew_with_what_they_told_of(databases: Stack) -> None:
    records = [databases.folder / "run" / f"{name}.json" for name in ("postgres", "postgres-replica-1", "redis")]
    for damage, record in zip(DAMAGES, records, strict=True):
        damage(record)
    shown = databases.start("status")
    assert "Traceback" not in "".join(shown.communicate(timeout=60))
    assert_recovered(databases)
    assert "nothing to change" in databases.run("up")


def test_a_record_of_an_older_version_is_made_anew(databases: Stack) -> None:
    record = databases.folder / "run" / "redis.json"
    old = json.loads(record.read_text())
    del old["stop"], old["health"]
    record.write_text(json.dumps({**old, "kind_of_process": "daemon"}))
    assert_recovered(databases)


def test_a_job_whose_record_cannot_be_read_is_done_again(databases: Stack) -> None:
    records = ("jobs/migrations.json", "jobs/seed.json", "applied.json")
    for damage, record in zip(DAMAGES, records, strict=True):
        damage(databases.folder / record)
    output = assert_recovered(databases)
    assert "done" in lines(output, "migrations")
    assert "done" in lines(output, "seed")
    assert "there is no part 'orders'" in databases.run("scale", "orders=2", status=2)  # the declaration is known again


def test_configuration_that_was_damaged_is_written_anew_at_the_next_start(databases: Stack) -> None:
    for path in (databases.folder / "config").glob("*.conf"):
        cut(path)
    for name in ("postgres", "postgres-replica-1", "redis"):
        databases.kill(name)
    eventually(lambda: all_healthy(databases))
    assert_recovered(databases)


def test_secrets_that_are_lost_while_all_runs_are_named_with_what_to_do_which_helps(databases: Stack) -> None:
    secrets = databases.folder / "secrets"
    (secrets / "redis").unlink()
    (secrets / "postgres-superuser").unlink()
    empty(secrets / "postgres-owner")
    for command in ("up", "status"):
        said = one_line(databases.run(command, status=1))
        for name in ("redis", "postgres-superuser", "postgres-owner"):
            assert f"{secrets / name}" in said
        assert "Run `scalewright down`, then `scalewright up`" in said
    databases.run("down")
    assert_recovered(databases)


def test_secrets_that_were_lost_while_nothing_ran_are_made_anew(databases: Stack) -> None:
    databases.run("down")
    for path in (databases.folder / "secrets").iterdir():
        path.unlink()
    for path in (databases.folder / "data").glob("*.passwords"):
        empty(path)
    assert_recovered(databases)


def test_a_database_that_is_not_whole_is_named_and_touched_by_nobody(databases: Stack) -> None:
    databases.run("down")
    data = databases.folder / "data" / "postgres"
    data.rename(data.with_name("kept"))
    (data / "base").mkdir(parents=True)
    said = one_line(databases.run("up", status=1))
    assert said.startswith(f"scalewright: {data} is not empty, and lacks the file PG_VERSION")
    assert "Restore it from a copy, or move it elsewhere" in said
    assert [path.name for path in data.iterdir()] == ["base"]
    assert not databases.leftovers()
    shutil.rmtree(data)
    data.with_name("kept").rename(data)
    assert_recovered(databases)


@pytest.mark.parametrize(
    ("damage", "file", "told"),
    [(Path.unlink, "PG_VERSION", "was not whole"), (empty, "global/pg_control", "was damaged")],
)
def test_a_copy_that_is_not_whole_is_made_anew_which_is_said(
    databases: Stack, damage: Callable[[Path], None], file: str, told: str
) -> None:
    databases.run("down")
    damage(databases.folder / "data" / "postgres-replica-1" / file)
    output = assert_recovered(databases)
    assert f"{told}; copied anew" in lines(output, "postgres-replica-1")


def test_what_killed_commands_left_half_written_is_deleted(databases: Stack) -> None:
    files = [
        databases.folder / name
        for name in (
            ".state.json.4711",
            "config/.supervisor.conf.4711",
            "jobs/.seed.json.4711",
            "run/.redis.json.4711",
            "secrets/.redis.4711",
        )
    ]
    for path in files:
        path.touch()
    builds = [databases.folder / "data" / f".{name}.k2j3h4" for name in ("postgres", "postgres-replica-1")]
    databases.run("down")
    for path in builds:
        (path / "data").mkdir(parents=True)
    assert_recovered(databases)
    assert not [path for path in (*files, *builds) if path.exists()]


def test_a_name_of_the_database_that_was_cut_short_with_its_first_build_is_no_other_name(databases: Stack) -> None:
    databases.run("down", "--delete-data", "--yes")
    (databases.folder / "data").mkdir(parents=True)
    empty(databases.folder / "data" / "postgres.database")
    assert_recovered(databases)


def test_the_log_of_redis_may_end_in_the_middle_of_a_command(databases: Stack) -> None:
    redis = psutil.Process(databases.pids()["redis"])
    databases.run("down")
    assert not redis.is_running()
    for path in (databases.folder / "data" / "redis").rglob("*.incr.aof"):
        with path.open("ab") as log:
            log.write(b"*3\r\n$3\r\nSET\r\n$1\r\nk")
    assert_recovered(databases)
