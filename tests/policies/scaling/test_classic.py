"""The classic is caught with its sum and its bound, and each remedy that is named makes it fit."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any

import pytest
from tests.policies.scaling.classic import ENVIRONMENT, changed, overlay, project

from scalewright.plan.capacity import postgres
from scalewright.plan.policy import Objects, check
from scalewright.program import plan
from scalewright_policies import RULES

if TYPE_CHECKING:
    from pathlib import Path

    from scalewright.autoscaling.capacity import Budget, Change

RULE = next(rule for rule in RULES if rule.name == "connection-budget")
#: The remedies of each bound: at 100, fewer replicas than the fewest would not do, nor would a single process.
REMEDIES = {
    100: ["services.orders.database", "postgres.max_connections", "postgres.pooler"],
    520: [
        "services.orders.database",
        "services.orders.scale.max",
        "services.orders.processes",
        "postgres.max_connections",
        "postgres.pooler",
    ],
}


def objects(folder: Path, backend: dict[str, Any]) -> Objects:
    return Objects.of_plan(plan(project(folder, backend), ENVIRONMENT))


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("classic")


@cache
def judged(folder: Path, bound: int) -> Objects:
    return objects(folder, overlay(bound))


def primary(found: Objects) -> Budget:
    return next(one for one in postgres.budgets(found) if one.name == "primary of Cluster postgres")


def named(change: Change) -> str:
    return change.settings[0][0].removesuffix(".size").removesuffix(".instances")


def test_the_rule_names_the_sum_and_the_bound(folder: Path) -> None:
    [finding] = check(judged(folder, 100), [RULE]).findings
    assert finding.subject == "Cluster postgres"
    assert finding.path == "spec.postgresql.parameters.max_connections"
    assert "100 are there (max_connections of Cluster postgres)" in finding.message
    assert "orders: 10 replicas x 4 processes x 30 each (20 + 10) = 1,200" in finding.message
    assert "1,338 connections at most" in finding.message
    assert "raise postgres.max_connections from 100 to 1,338" in finding.remedy


def test_the_sum_is_that_of_everybody_who_connects(folder: Path) -> None:
    lines = {line.label: line.amount for line in primary(judged(folder, 100)).lines}
    assert lines.pop("migrations-1-" + next(label for label in lines if label.startswith("migrations"))[13:]) == 1
    assert lines == {
        "orders": 1200,
        "orders, while it is replaced": 120,
        "orders-worker": 3,  # two processes and their parent, of one connection each
        "orders-worker, while it is replaced": 3,
        "orders-relay": 1,
        "orders-relay, while it is replaced": 1,
        "reserved for superusers": 3,
        "CloudNativePG's instance manager": 3,
        "CloudNativePG's metrics exporter": 3,
    }


@pytest.mark.parametrize("bound", REMEDIES)
def test_the_remedies_are_those_that_can_suffice(folder: Path, bound: int) -> None:
    assert [named(change) for change in primary(judged(folder, bound)).changes] == REMEDIES[bound]


@pytest.mark.parametrize(
    ("bound", "remedy"), [(bound, remedy) for bound, remedies in REMEDIES.items() for remedy in remedies]
)
def test_each_remedy_makes_it_fit_once_it_is_declared(folder: Path, bound: int, remedy: str) -> None:
    before = primary(judged(folder, bound))
    change = next(one for one in before.changes if named(one) == remedy)
    after = objects(folder, changed(overlay(bound), dict(change.settings)))
    assert check(after, [RULE]).findings == ()
    assert primary(after).total == change.after.total
