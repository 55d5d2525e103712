"""What one record of a plan needs, given what runs."""

from typing import Any

import pytest

from scalewright.local.running import Condition, Running
from scalewright.local.step import needed_action as action
from scalewright.plan.records import HttpHealth, Process

RECORD = Process(
    name="gateway",
    noun="gateway",
    command=("traefik",),
    directory="/",
    health=HttpHealth(port=1, path="/ready"),
    watched={"routes.yml": "one"},
)


def running(condition: Condition = "running", **changes: Any) -> Running:
    return Running(RECORD.model_copy(update=changes), condition, 1, 0.0, 0)


def test_what_does_not_run_is_started_and_what_is_the_same_is_kept() -> None:
    assert action(RECORD, None, None) == "start"
    assert action(RECORD, running(), None) == "keep"


@pytest.mark.parametrize("change", [{"command": ("other",)}, {"environment": {"A": "1"}}, {"source": "sha256:1"}])
def test_a_change_that_a_process_sees_only_at_its_start_restarts_it(change: dict[str, Any]) -> None:
    assert action(RECORD, running(**change), None) == "restart"


@pytest.mark.parametrize(
    "change", [{"watched": {"routes.yml": "two"}}, {"depends_on": ("a",)}, {"health": HttpHealth(port=1, path="/")}]
)
def test_a_change_that_a_process_reads_itself_is_only_written(change: dict[str, Any]) -> None:
    assert action(RECORD, running(**change), None) == "update"


@pytest.mark.parametrize("condition", ["failed", "restarting", "stopped"])
def test_what_did_not_stay_up_is_started_again(condition: Condition) -> None:
    assert action(RECORD, running(condition), None) == "restart"


def test_a_job_runs_once_and_again_when_it_changed() -> None:
    job = RECORD.model_copy(update={"kind": "job"})
    assert action(job, None, None) == "run"
    assert action(job, None, job) == "keep"
    assert action(job, None, job.model_copy(update={"source": "sha256:old"})) == "run"
    assert action(job, None, job.model_copy(update={"environment": {"DATABASE_URL": "elsewhere"}})) == "keep"
