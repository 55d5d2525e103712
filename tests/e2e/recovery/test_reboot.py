"""Everything ends at once, and what was noted of it is not true any more."""

import shutil
import subprocess
import tempfile
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


@pytest.fixture
def temporary() -> Iterator[Path]:
    """A folder whose path is short enough for a socket in it."""
    folder = Path(tempfile.mkdtemp(prefix="sw-"))
    yield folder
    shutil.rmtree(folder)


def test_a_temporary_folder_that_is_gone_is_made_anew_wherever_tmpdir_is_then(
    tmp_path: Path, temporary: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before, after = temporary / "before", temporary / "after"
    stack = redis_only(tmp_path / ("a long name " * 9).strip() / "shop")
    for folder in (before, after):
        folder.mkdir()
        monkeypatch.setenv("TMPDIR", str(folder))
        assert "is not running" in stack.run("status", status=3)
        stack.run("up")
        assert len(list(folder.rglob("*.sock"))) == 1
        assert all_healthy(stack)
        cut_the_power(stack)
        shutil.rmtree(folder)
    after.mkdir()
    stack.run("up")
    shutil.rmtree(after)  # while it runs, as a machine does that tidies its temporary folder
    stack.run("down")
    assert not stack.leftovers()


def test_a_temporary_folder_whose_path_is_too_long_for_a_socket_is_passed_over(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / ("a long name " * 9).strip()
    folder.mkdir()
    monkeypatch.setenv("TMPDIR", str(folder))
    stack = redis_only(folder / "shop")
    stack.run("up")
    assert all_healthy(stack)
    stack.run("down")
    assert not stack.leftovers()
