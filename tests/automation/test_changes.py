from typing import Any

import pytest
from tests.automation.engine_events import ORDERS, before

from scalewright.automation.changes import Change, change, name_of
from scalewright.plan.diff import FieldChange
from scalewright.plan.resources import UNKNOWN


def found(op: str, **more: Any) -> Change:
    event = before(op, **more).resource_pre_event
    assert event is not None
    answer = change(event.metadata)
    assert answer is not None
    return answer


def test_an_object_is_called_by_its_kind_and_name() -> None:
    assert name_of(ORDERS) == "Deployment orders"
    assert name_of("urn:pulumi:dev::p::random:index/randomPassword:RandomPassword::redis") == "RandomPassword redis"


@pytest.mark.parametrize("op", ["same", "refresh", "read"])
def test_a_step_that_only_looks_is_no_change(op: str) -> None:
    event = before(op).resource_pre_event
    assert event is not None
    assert change(event.metadata) is None


def test_each_property_is_told_with_what_it_was_and_what_it_becomes() -> None:
    path = 'metadata.annotations["example.com/owner"]'
    told = found(
        "update",
        old={
            "inputs": {"spec": {"replicas": 1}},
            "outputs": {"spec": {"replicas": 2, "containers": [{"image": "shop:1"}]}, "metadata": {}},
        },
        new={
            "inputs": {
                "spec": {"replicas": 3, "containers": [{"image": "shop:2"}]},
                "metadata": {"annotations": {"example.com/owner": "orders"}},
            }
        },
        detailedDiff={
            "spec.containers[0].image": {"diffKind": "update"},
            path: {"diffKind": "add"},
            "spec.replicas": {"diffKind": "update", "inputDiff": True},
        },
    )
    assert told == Change(
        name="Deployment orders",
        action="changed",
        fields=(
            FieldChange(path="spec.containers[0].image", before="shop:1", after="shop:2"),
            FieldChange(path=path, before=None, after="orders"),
            FieldChange(path="spec.replicas", before=1, after=3),
        ),
    )


def test_what_nobody_knows_yet_is_told_as_such() -> None:
    told = found(
        "update",
        old={"outputs": {"data": "a"}},
        new={"inputs": {"data": "04da6b54-80e4-46f7-96ec-b56ff0331ba9"}},
        diffs=["data"],
    )
    assert told.fields == (FieldChange(path="data", before="a", after=UNKNOWN),)


def test_a_replacement_names_what_cannot_change_in_place() -> None:
    told = found("replace", keys=["spec.selector"], diffs=["spec"], old={"outputs": {"spec": 1}})
    assert (told.action, told.forced) == ("replaced", ("spec.selector",))


def test_what_pulumi_only_forgets_is_kept() -> None:
    event = before("delete").resource_pre_event
    assert event is not None
    deleted, kept = change(event.metadata), change(event.metadata, keeps=True)
    assert (deleted and deleted.action, kept and kept.action) == ("removed", "kept")
