"""What runs on this machine against what was last brought up."""

import json
from collections.abc import Iterator

import pytest
from tests.e2e.local.stack import Stack
from tests.e2e.recovery.databases import redis_only

from scalewright.local.state import State
from scalewright.local.supervisor import Supervisor

pytestmark = pytest.mark.e2e


@pytest.fixture(scope="module")
def redis(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    """The smallest project, not yet up; down at the end of the module."""
    stack = redis_only(tmp_path_factory.mktemp("drift") / "shop")
    yield stack
    stack.run("down", "--delete-data", "--yes")


def test_what_does_not_run_is_told_so(redis: Stack) -> None:
    assert "environment local is not running" in redis.run("drift", "--exit-code", status=128)


def test_what_runs_as_it_was_brought_up_is_no_drift_and_neither_is_an_edit(redis: Stack) -> None:
    redis.run("up")
    output = redis.run("drift", "--exit-code")
    first, last = output.splitlines()
    assert first == "local: what runs, against what was last brought up"
    assert last.endswith(" as applied")
    redis.edit(redis={"memory": "96Mi"})
    redis.run("preview", "--exit-code", status=1)
    assert redis.run("drift", "--exit-code") == output
    redis.edit(redis={})


def test_what_was_stopped_by_hand_is_told_and_up_brings_it_back(redis: Stack) -> None:
    supervisor = Supervisor(State(redis.project, "local"))
    supervisor.stop("redis")
    supervisor.wait_stopped("redis")
    supervisor.close()
    told = json.loads(redis.run("drift", "--json", "--exit-code", status=1))
    assert told["against"] == "what was last brought up"
    assert [one["name"] for one in told["changes"] if one["action"] == "removed"] == ["redis"]
    assert "- redis" in redis.run("drift").splitlines()
    redis.run("up")
    redis.run("drift", "--exit-code")
