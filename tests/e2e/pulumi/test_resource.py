"""What Pulumi has a local backend do, asked of the provider itself: no command line is needed for that."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import psutil
import pytest
from tests.e2e.pulumi.provider import call, inputs, processes

from scalewright.local.platform import LocalPlatform
from scalewright.local.resource import LocalProvider

if TYPE_CHECKING:
    from pathlib import Path

    from tests.e2e.local.stack import Stack

pytestmark = pytest.mark.e2e

SEEDED = {"seed": "shop.products.seed"}
PROCESSES = {"postgres", "postgres-replica-1", "redis"}
JOBS = {"migrations", "seed"}


def created(stack: Stack) -> dict[str, Any]:
    """Bring a stack up, and return what Pulumi would hold of it."""
    return call("create", inputs(stack)).outs


def changes(olds: dict[str, Any], news: dict[str, Any]) -> bool | None:
    return LocalProvider().diff("local", olds, news).changes


def test_what_is_created_is_what_was_asked_for_and_stays_so(databases: Stack) -> None:
    asked = inputs(databases)
    state = created(databases)
    assert "failure" not in state
    assert state == asked
    assert processes(state) == PROCESSES | JOBS
    assert databases.pids().keys() == PROCESSES
    read = call("read", "local", state)
    assert (read.id, read.outs) == ("local", asked)
    assert changes(state, inputs(databases)) is False


def test_what_runs_already_is_taken_over(databases: Stack) -> None:
    databases.run("up")
    before = databases.pids()
    state = created(databases)
    assert databases.pids() == before
    assert changes(state, inputs(databases)) is False


def test_an_update_changes_what_differs_and_nothing_else(databases: Stack) -> None:
    state, before = created(databases), databases.pids()
    databases.edit(redis={"memory": "64Mi"})
    asked = inputs(databases)
    assert {name for name in asked if asked[name] != state[name]} == {"redis"}
    assert changes(state, asked) is True
    answer = call("update", "local", state, asked)
    assert answer.told.split()[:2] == ["redis", "healthy"]
    assert answer.told.count("\n") == 1
    assert changes(answer.outs, asked) is False
    after = databases.pids()
    assert {name for name in PROCESSES if before[name] != after[name]} == {"redis"}


def test_read_sees_what_others_changed_stopped_and_started(databases: Stack) -> None:
    state, asked = created(databases), inputs(databases)
    databases.edit(postgres={**SEEDED, "instances": 3})
    databases.run("up")
    more = call("read", "local", state).outs
    assert processes(more) == PROCESSES | JOBS | {"postgres-replica-2"}
    assert changes(more, asked) is True
    assert changes(more, inputs(databases)) is False
    databases.run("down")
    assert call("read", "local", state).id is None


def test_a_difference_is_one_from_what_really_runs_whatever_pulumi_holds(
    databases: Stack, capsys: pytest.CaptureFixture[str]
) -> None:
    state = created(databases)
    databases.edit(postgres={**SEEDED, "instances": 3})
    assert changes(state, inputs(databases)) is True
    assert capsys.readouterr().err == "against what runs: +postgres-replica-2\n"
    databases.run("up")
    asked = inputs(databases)
    assert changes(asked, asked) is False
    assert changes(state, asked) is True  # for what the stack exports
    assert capsys.readouterr().err == ""
    databases.run("down")
    assert changes(asked, asked) is True
    assert capsys.readouterr().err == "against what runs: +postgres +postgres-replica-1 +postgres-replica-2 +redis\n"
    assert call("update", "local", asked, asked).outs == asked


def test_what_came_up_is_held_where_not_everything_did(databases: Stack) -> None:
    seed = databases.project / "app" / "shop" / "products" / "seed.py"
    good = seed.read_text()
    before = created(databases)
    seed.write_text("raise SystemExit('nothing to sell')\n")
    answer = call("create", inputs(databases))
    state = answer.outs
    assert state["failure"].startswith("local is not healthy: seed. See `scalewright logs NAME`")
    assert "  | nothing to sell\n" in answer.told
    assert processes(state) == PROCESSES | JOBS
    assert state["seed"] == before["seed"]
    seed.write_text(good)
    asked = inputs(databases)
    assert changes(state, asked) is True
    assert call("update", "local", state, asked).outs == asked


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
    state, asked = created(databases), inputs(databases)
    before = [psutil.Process(pid) for pid in databases.pids().values()]
    databases.edit(**part)
    outs = call("update", "local", state, asked).outs
    assert message in outs["failure"]
    assert processes(outs) == PROCESSES | JOBS
    assert changes(outs, asked) is True
    assert all(process.is_running() for process in before)


def test_delete_stops_everything_and_keeps_the_data(databases: Stack) -> None:
    state = created(databases)
    before = [psutil.Process(pid) for pid in databases.pids().values()]
    told = call("delete", "local", state).told
    assert not any(process.is_running() for process in before)
    assert (databases.folder / "data" / "postgres" / "PG_VERSION").exists()
    assert {line.split()[0] for line in told.splitlines() if line.split()[1] == "stopped"} == PROCESSES
    call("delete", "local", state)
    assert call("read", "local", state).id is None


def test_delete_fails_while_another_command_is_at_work(databases: Stack) -> None:
    state = created(databases)
    before = databases.pids()
    with LocalPlatform(databases.project, "local").state.locked():
        told = call("delete", "local", state, status=1).told
    assert "is changing environment local. Wait until it has ended" in told
    assert "Traceback" not in told
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
