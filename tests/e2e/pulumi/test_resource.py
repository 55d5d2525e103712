"""What Pulumi has a local backend do, asked of the provider itself: no command line is needed for that."""

from __future__ import annotations

import asyncio
import sys
from contextlib import closing
from typing import TYPE_CHECKING, Any

import psutil
import pytest
from pulumi.runtime import rpc

from scalewright.declaration import load
from scalewright.local.errors import PlatformError
from scalewright.local.platform import LocalPlatform
from scalewright.local.resource import LocalProvider, described

if TYPE_CHECKING:
    from pathlib import Path

    from tests.e2e.local.stack import Stack

pytestmark = pytest.mark.e2e

SEEDED = {"seed": "shop.products.seed"}
PROCESSES = {"postgres", "postgres-replica-1", "redis"}
JOBS = {"migrations", "seed"}


def sent(properties: dict[str, Any]) -> dict[str, Any]:
    """Return properties as they come out at the other end of Pulumi's protocol, where every number is a float."""
    received: dict[str, Any] = rpc.deserialize_properties(asyncio.run(rpc.serialize_properties(properties, {})))
    return received


def inputs(stack: Stack) -> dict[str, Any]:
    """Return what the program asks for."""
    with closing(LocalPlatform(stack.project, "local")) as platform:
        plan = platform.survey(load(stack.project, "local")).plan
    return sent({"project": str(stack.project), "environment": "local", **described(plan)})


def created(stack: Stack) -> dict[str, Any]:
    """Bring a stack up, and return what Pulumi would hold of it."""
    outs = LocalProvider().create(inputs(stack)).outs
    assert outs is not None
    return sent(outs)


def changes(olds: dict[str, Any], news: dict[str, Any]) -> bool | None:
    return LocalProvider().diff("local", olds, news).changes


def named(properties: dict[str, Any]) -> set[str]:
    return {name for name, value in properties.items() if isinstance(value, dict)}


def up_before(stack: Stack) -> dict[str, int]:
    stack.run("up")
    return stack.pids()


def test_what_is_created_is_what_was_asked_for_and_stays_so(databases: Stack) -> None:
    asked = inputs(databases)
    state = created(databases)
    assert "failure" not in state
    assert state == asked
    assert named(state) == PROCESSES | JOBS
    assert databases.pids().keys() == PROCESSES
    read = LocalProvider().read("local", state)
    assert (read.id, sent(read.outs or {})) == ("local", asked)
    assert changes(state, inputs(databases)) is False


def test_what_runs_already_is_taken_over(databases: Stack) -> None:
    before = up_before(databases)
    state = created(databases)
    assert databases.pids() == before
    assert changes(state, inputs(databases)) is False


def test_an_update_changes_what_differs_and_nothing_else(databases: Stack, capfd: pytest.CaptureFixture[str]) -> None:
    state, before = created(databases), databases.pids()
    databases.edit(redis={"memory": "64Mi"})
    asked = inputs(databases)
    assert {name for name in asked if asked[name] != state[name]} == {"redis"}
    assert changes(state, asked) is True
    capfd.readouterr()
    outs = LocalProvider().update("local", state, asked).outs
    assert outs is not None
    assert capfd.readouterr().err.split()[:2] == ["redis", "healthy"]
    assert changes(sent(outs), asked) is False
    after = databases.pids()
    assert {name for name in PROCESSES if before[name] != after[name]} == {"redis"}


def test_read_sees_what_others_changed_stopped_and_started(databases: Stack) -> None:
    state, asked = created(databases), inputs(databases)
    databases.edit(postgres={**SEEDED, "instances": 3})
    databases.run("up")
    more = LocalProvider().read("local", state)
    assert named(more.outs or {}) == PROCESSES | JOBS | {"postgres-replica-2"}
    assert more.inputs == more.outs
    assert changes(sent(more.outs or {}), asked) is True
    assert changes(sent(more.outs or {}), inputs(databases)) is False
    databases.run("down")
    assert LocalProvider().read("local", state).id is None


def test_what_came_up_is_held_where_not_everything_did(databases: Stack, capfd: pytest.CaptureFixture[str]) -> None:
    seed = databases.project / "app" / "shop" / "products" / "seed.py"
    good = seed.read_text()
    seed.write_text("raise SystemExit('nothing to sell')\n")
    state = created(databases)
    assert state["failure"].startswith("local is not healthy: seed. See `scalewright logs NAME`")
    assert "  | nothing to sell" in capfd.readouterr().err
    assert named(state) == {*PROCESSES, "migrations"}
    seed.write_text(good)
    asked = inputs(databases)
    assert changes(state, asked) is True
    outs = LocalProvider().update("local", state, asked).outs
    assert sent(outs or {}) == asked


@pytest.mark.parametrize(
    ("part", "message"),
    [
        ({"programs": {"redis": "/nowhere"}}, "no usable redis was found"),
        ({"redis": {"memry": "64Mi"}}, "stacks/Pulumi.local.yaml:1:"),
    ],
)
def test_what_cannot_be_begun_is_said_and_what_runs_is_held(
    databases: Stack, part: dict[str, Any], message: str
) -> None:
    state, asked, before = created(databases), inputs(databases), databases.pids()
    databases.edit(**part)
    outs = LocalProvider().update("local", state, asked).outs
    assert outs is not None
    assert message in outs["failure"]
    assert named(outs) == PROCESSES | JOBS
    assert changes(sent(outs), asked) is True
    assert databases.pids() == before


def test_delete_stops_everything_and_keeps_the_data(databases: Stack, capfd: pytest.CaptureFixture[str]) -> None:
    state = created(databases)
    processes = [psutil.Process(pid) for pid in databases.pids().values()]
    capfd.readouterr()
    LocalProvider().delete("local", state)
    assert not any(process.is_running() for process in processes)
    assert (databases.folder / "data" / "postgres" / "PG_VERSION").exists()
    told = capfd.readouterr().err
    assert {line.split()[0] for line in told.splitlines() if line.split()[1] == "stopped"} == PROCESSES
    LocalProvider().delete("local", state)
    assert LocalProvider().read("local", state).id is None


def test_delete_fails_while_another_command_is_at_work(databases: Stack, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "tracebacklimit", 1000, raising=False)  # put back after the test
    state = created(databases)
    before = databases.pids()
    with (
        LocalPlatform(databases.project, "local").state.locked(),
        pytest.raises(PlatformError, match="is changing environment local. Wait until it has ended"),
    ):
        LocalProvider().delete("local", state)
    assert databases.pids() == before


@pytest.mark.parametrize("name", ["project", "environment"])
def test_an_environment_of_another_folder_or_name_takes_the_place_of_the_one_before(
    databases: Stack, tmp_path: Path, name: str
) -> None:
    asked = inputs(databases)
    result = LocalProvider().diff("local", asked, {**asked, name: str(tmp_path)})
    assert (result.changes, result.replaces, result.delete_before_replace) == (True, [name], True)


def test_secrets_are_in_no_property(databases: Stack) -> None:
    state = str(created(databases))
    values = [path.read_text() for path in (databases.folder / "secrets").iterdir()]
    assert len(values) > 2
    assert not [value for value in values if value in state]
