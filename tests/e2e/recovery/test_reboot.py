"""Everything ends at once, and what was noted of it is not true any more."""

import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest
from tests.e2e.local.stack import Stack, eventually
from tests.e2e.recovery.databases import all_healthy, products, redis_only, taken

pytestmark = pytest.mark.e2e


@pytest.fixture
def foreign() -> Iterator[subprocess.Popen[bytes]]:
    """A process that is none of the project's business; it must live to the end."""
    with subprocess.Popen(["sleep", "1000"], start_new_session=True) as process:
        yield process
        assert process.poll() is None
        process.kill()


def cut_the_power(stack: Stack) -> None:
    for process in stack.leftovers():
        try:
            process.kill()
        except psutil.NoSuchProcess:
            continue
    eventually(lambda: not stack.leftovers())


def lock_files(stack: Stack) -> list[str]:
    return [str(path.relative_to(stack.folder)) for path in stack.folder.glob("data/*/postmaster.pid")]


def test_pids_that_another_process_has_after_a_reboot_keep_nothing_from_starting(
    databases: Stack, foreign: subprocess.Popen[bytes]
) -> None:
    before = products(databases)
    cut_the_power(databases)
    assert sorted(lock_files(databases)) == [
        "data/postgres-replica-1/postmaster.pid",
        "data/postgres/postmaster.pid",
    ]
    for name in lock_files(databases):
        path = databases.folder / name
        _, rest = path.read_text().split("\n", 1)
        path.write_text(f"{foreign.pid}\n{rest}")
    for path in (databases.folder / "run").glob("*.pid"):
        path.write_text(str(foreign.pid))
    databases.run("up")
    assert all_healthy(databases)
    assert products(databases) == before


def test_lock_files_that_were_cut_short_keep_nothing_from_starting(databases: Stack) -> None:
    cut_the_power(databases)
    for name in lock_files(databases):
        (databases.folder / name).write_text("")
    for path in (databases.folder / "run").glob("*.starts"):
        path.write_bytes(b"17000")
    databases.run("up")
    assert all_healthy(databases)


def test_a_down_after_a_reboot_forgets_the_pids_and_touches_nobody(
    databases: Stack, foreign: subprocess.Popen[bytes]
) -> None:
    cut_the_power(databases)
    pid = databases.folder / "run" / "supervisor.pid"
    pid.write_text(str(foreign.pid))
    assert "nothing was running" in databases.run("down")
    assert not pid.exists()
    databases.run("up")


def test_an_inner_port_that_was_taken_meanwhile_is_replaced_for_all_who_know_it(databases: Stack) -> None:
    databases.run("down")
    saved = databases.saved_ports["postgres"]
    with taken(saved):
        databases.run("up")
    assert databases.saved_ports["postgres"] != saved
    assert all_healthy(databases)
    assert [replica["state"] for replica in databases.status()["replication"]] == ["streaming"]


def test_a_temporary_folder_that_is_gone_after_a_reboot_is_made_anew_wherever_tmpdir_is_then(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for folder in ("before", "after"):
        (tmp_path / folder).mkdir()
    monkeypatch.setenv("TMPDIR", str(tmp_path / "before"))
    stack = redis_only(tmp_path / ("a long name " * 9).strip() / "shop")
    stack.run("up")
    assert list((tmp_path / "before").rglob("*.sock"))
    cut_the_power(stack)
    shutil.rmtree(tmp_path / "before")
    monkeypatch.setenv("TMPDIR", str(tmp_path / "after"))
    assert "is not running" in stack.run("status", status=3)
    stack.run("up")
    assert all_healthy(stack)
    shutil.rmtree(tmp_path / "after")  # as a machine that tidies its temporary folder does
    stack.run("down")
    assert not stack.leftovers()
    (tmp_path / "after").mkdir()
    stack.run("up")
    stack.run("down")
    assert not stack.leftovers()
