"""`scalewright capacity`: every sum line by line, its bound, and an exit status that a script can use."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

import pytest
from tests.cli.command import run
from tests.policies.scaling.classic import ENVIRONMENT, overlay, project

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture(scope="module")
def classic(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return project(tmp_path_factory.mktemp("classic"), overlay())


def data(*arguments: str, status: int = 0, **options: Any) -> dict[str, Any]:
    read: dict[str, Any] = json.loads(run("capacity", *arguments, "--json", status=status, **options).stdout)
    return read


@pytest.mark.parametrize("environment", ["dev", "staging", "prod"])
def test_the_environments_that_are_shipped_fit(environment: str) -> None:
    last = run("capacity", environment).stdout.splitlines()[-1]
    assert re.fullmatch(rf"{environment}: all of \d+ sums fit at the most replicas\.", last)


def test_the_classic_is_shown_line_by_line_with_its_bound_and_what_would_do(classic: Path) -> None:
    out = run("capacity", ENVIRONMENT, cwd=classic, status=1).stdout
    section = out[out.index("primary of Cluster postgres:") :]
    lines = [re.sub(r"\s{2,}", "  ", line).strip() for line in section.splitlines()]
    assert lines[0] == "primary of Cluster postgres: 1,338 of 100 connections"
    assert lines[1:3] == [
        "orders  10 replicas x 4 processes x 30 each (20 + 10)  1,200",
        "orders, while it is replaced  1 replica x 4 processes x 30 each (20 + 10)  120",
    ]
    assert "at most  1,338" in lines
    assert "max_connections of Cluster postgres  100  1,238 too many" in lines
    enough = lines[lines.index("any one of these is enough:") + 1 :]
    assert enough[:2] == [
        "lower services.orders.database.size from 20 to 1 and services.orders.database.overflow from 10 to 0",
        "raise postgres.max_connections from 100 to 1,338",
    ]
    assert re.fullmatch(r"add postgres\.pooler: \{instances: 2, pool_size: 20, max_clients: 1\d{3}\}", enough[2])
    assert re.fullmatch(r"classic: 1 of \d+ sums do not fit: primary of Cluster postgres\.", out.splitlines()[-1])


def test_json_holds_the_same_and_every_sum_is_that_of_its_lines(classic: Path) -> None:
    found = data(ENVIRONMENT, cwd=classic, status=1)
    assert (found["environment"], found["platform"], found["fits"]) == (ENVIRONMENT, "kubernetes", False)
    for one in found["budgets"]:
        assert one["total"] == sum(line["amount"] for line in one["lines"])
        assert one["fits"] is (one["total"] <= one["bound"])
    [primary] = [one for one in found["budgets"] if not one["fits"]]
    assert primary["lines"][0] == {
        "label": "orders",
        "terms": [
            {"label": "replicas", "value": 10},
            {"label": "processes", "value": 4},
            {"label": "each (20 + 10)", "value": 30},
        ],
        "amount": 1200,
    }
    assert {"postgres.max_connections": 1338} in [one["settings"] for one in primary["remedies"]]


def test_a_machine_is_counted_at_the_most_replicas_that_it_may_have() -> None:
    found = data("local")
    [connections] = [one for one in found["budgets"] if one["name"] == "connections to postgres"]
    lines = {line["label"]: line["terms"][0]["value"] for line in connections["lines"]}
    assert (lines["orders"], lines["orders, while it is replaced"], lines["orders-worker"]) == (6, 1, 4)
    assert connections["bound"] == 200


def test_a_machine_where_it_does_not_fit_is_status_1(tmp_path: Path) -> None:
    declared = {"platform": "local", "postgres": {"max_connections": 40}}
    out = run("capacity", ENVIRONMENT, cwd=project(tmp_path, declared), status=1).stdout
    assert "raise postgres.max_connections from 40 to" in out
    assert "classic: 2 of 3 sums do not fit: connections to postgres, connections to postgres-replica-1." in out


def test_a_database_of_somebody_else_is_told_and_is_in_no_sum(tmp_path: Path) -> None:
    declared = {
        **overlay(),
        "postgres": {"external": {"primary": "db.example.com:5432", "secret": "db", "database": "shop"}},
    }
    out = run("capacity", ENVIRONMENT, cwd=project(tmp_path, declared)).stdout
    assert (
        "not in any sum: Deployment orders opens 1,320 connections at most to db.example.com, "
        "which is not in this plan" in out
    )


def test_an_environment_that_is_not_there_is_a_line() -> None:
    assert "the environments are dev, local, prod, staging" in run("capacity", "nowhere", status=2).stderr
