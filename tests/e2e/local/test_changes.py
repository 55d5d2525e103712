"""Edits of a stack that runs, and what may come between."""

import os
import shutil
import signal
import tempfile
from collections.abc import Iterator
from pathlib import Path

import httpx
import psutil
import pytest
from tests.e2e.local.stack import Stack, eventually, lines

pytestmark = pytest.mark.e2e

SEEDED = {"seed": "shop.products.seed"}


def states(stack: Stack) -> dict[str, str]:
    return {process["name"]: process["state"] for process in stack.status()["processes"]}


def all_healthy(stack: Stack) -> bool:
    return set(states(stack).values()) == {"healthy"}


def test_fewer_database_instances_leave_the_others_alone_and_fewer_connections_reach_all(project: Stack) -> None:
    project.edit(postgres={**SEEDED, "instances": 3})
    project.run("up")
    before = project.pids()
    project.edit(postgres={**SEEDED, "instances": 2})
    project.run("up")
    after = project.pids()
    assert "postgres-replica-2" not in after
    assert all(after[name] == before[name] for name in ("postgres", "postgres-replica-1", "redis", "gateway"))
    for connections in (80, 60):
        project.edit(postgres={**SEEDED, "instances": 2, "max_connections": connections})
        project.run("up")
        assert all_healthy(project)
        assert project.query("postgres", "SHOW max_connections") == [(str(connections),)]
    project.run("down")
    project.edit(postgres={**SEEDED, "instances": 2, "max_connections": 40})
    project.run("up")
    assert all_healthy(project)
    assert project.query("postgres", "SHOW max_connections") == [("40",)]
    assert [replica["state"] for replica in project.status()["replication"]] == ["streaming"]


def test_a_mistake_in_the_code_fails_the_stand_in_and_leaves_every_replica_serving(
    project: Stack, client: httpx.Client
) -> None:
    project.run("up")
    before = project.pids()
    main = project.project / "app" / "shop" / "orders" / "main.py"
    good = main.read_text()
    main.write_text(f"{good}\nraise RuntimeError('a typo of today')\n")
    output = project.run("up", status=1)
    assert "a typo of today" in output
    assert "orders-surge failed, so this was left as it is" in lines(output, "orders-1")
    after = project.pids()
    assert {name: after.get(name) for name in ("orders-1", "orders-2")} == {
        name: before[name] for name in ("orders-1", "orders-2")
    }
    assert "orders-surge" not in after
    assert "~ orders-1" in project.run("preview", "--exit-code", status=1)
    eventually(lambda: client.get(f"{project.url}/products/1").status_code == 200)
    main.write_text(good)
    project.run("up")
    assert all_healthy(project)


def test_ctrl_c_during_a_restart_puts_the_process_back_as_it_was(project: Stack) -> None:
    project.run("up")
    before = project.pids()
    project.edit(services={"orders": {"database": {"size": 9}}})
    up = project.start("up")
    eventually(lambda: project.pids().get("orders-1") != before["orders-1"])
    up.send_signal(signal.SIGINT)
    _, errors = up.communicate(timeout=60)
    assert up.returncode == 130
    assert "stopped again: nothing; put back: orders-1" in errors
    assert set(project.pids()) == set(before)
    eventually(lambda: all_healthy(project))
    assert '"DATABASE_POOL_SIZE": "5"' in (project.folder / "run" / "orders-1.json").read_text()


def test_a_supervisor_that_is_shutting_down_is_waited_for(project: Stack) -> None:
    project.run("up")
    os.kill(int((project.folder / "run" / "supervisor.pid").read_text()), signal.SIGTERM)
    assert "is not running" in project.run("status", status=3)
    project.run("up")
    assert all_healthy(project)


def test_what_is_kept_but_hangs_is_shown_while_up_waits_for_it(project: Stack) -> None:
    project.run("up")
    redis = psutil.Process(project.pids()["redis"])
    redis.send_signal(signal.SIGSTOP)
    up = project.start("up")
    try:
        assert up.stdout is not None
        assert up.stdout.readline().split()[:2] == ["redis", "starting"]
    finally:
        redis.send_signal(signal.SIGCONT)
    output = up.communicate(timeout=60)[0]
    assert up.returncode == 0
    assert "nothing to change" in output


def test_what_cannot_start_is_said_before_anything_is_touched(project: Stack) -> None:
    project.run("up")
    before = project.pids()
    declaration = project.project / "stacks" / "backend.py"
    good = declaration.read_text()
    for old, new, message in (
        ('source="app"', 'source="ap"', "source is ap, but"),
        ('name="shop"', 'name="market"', "name is market, but the data folder holds the database shop"),
    ):
        assert old in good
        declaration.write_text(good.replace(old, new))
        output = project.run("up", status=1)
        assert message in output
        assert output.count("\n") == 1
    declaration.write_text(good.replace('source="app"', 'source="ap"'))
    project.run("preview", "--exit-code", status=128)
    declaration.write_text(good)
    assert project.pids() == before
    assert not (project.project / "ap").exists()


def test_variables_of_other_databases_have_no_say(project: Stack, monkeypatch: pytest.MonkeyPatch) -> None:
    project.run("up")
    monkeypatch.setenv("PGSSLMODE", "require")
    monkeypatch.setenv("PGTARGETSESSIONATTRS", "read-only")
    assert all_healthy(project)


def test_a_long_path_works_whatever_tmpdir_says_later(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, client: httpx.Client
) -> None:
    project = Stack(tmp_path / ("long name " * 12).strip() / "shop")
    try:
        project.run("up")
        monkeypatch.setenv("TMPDIR", str(tmp_path))
        assert all_healthy(project)
        assert client.get(f"{project.url}/products/1").status_code == 200
        assert "nothing to change" in project.run("up")
    finally:
        project.run("down", "--delete-data", "--yes")
    assert not project.leftovers()


@pytest.fixture
def without_namespaces(monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A folder that others may enter, on a machine whose kernel forbids user namespaces."""
    folder = Path(tempfile.mkdtemp(prefix="scalewright-test-"))
    folder.chmod(0o755)
    (folder / "bin").mkdir()
    (folder / "bin" / "unshare").write_text("#!/bin/sh\nexit 1\n")
    (folder / "bin" / "unshare").chmod(0o755)
    monkeypatch.setenv("PATH", f"{folder / 'bin'}:{os.environ['PATH']}")
    yield folder
    shutil.rmtree(folder)


@pytest.mark.skipif(os.geteuid() != 0, reason="only root has to become somebody else: run the tests as root")
@pytest.mark.skipif(shutil.which("setpriv") is None, reason="needs setpriv of util-linux: apt-get install util-linux")
def test_root_without_user_namespaces_runs_the_database_as_nobody(without_namespaces: Path) -> None:
    project = Stack(without_namespaces / "shop")
    if shutil.which("postgres") is None and not list(Path("/usr/lib/postgresql").glob("*/bin/postgres")):
        pytest.skip("needs a PostgreSQL that nobody may run: apt-get install postgresql")
    try:
        assert "+ postgres" in project.run("preview")
        project.run("up")
        owners = {psutil.Process(project.pids()[name]).username() for name in ("postgres", "postgres-replica-1")}
        assert owners == {"nobody"}
        os.kill(int((project.folder / "run" / "supervisor.pid").read_text()), signal.SIGKILL)
        eventually(lambda: not project.leftovers())
    finally:
        project.run("down", "--delete-data", "--yes")
