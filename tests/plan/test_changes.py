"""What has to change from one plan of objects to another."""

from __future__ import annotations

from typing import Any

from scalewright.plan.changes import Change, Side, compare
from scalewright.plan.pairs import identity


def manifest(kind: str, name: str = "one", namespace: str = "shop", **more: Any) -> dict[str, Any]:
    return {"apiVersion": "v1", "kind": kind, "metadata": {"name": name, "namespace": namespace}, **more}


def image(name: str) -> dict[str, Any]:
    return manifest("Deployment", spec={"template": {"spec": {"containers": [{"name": "web", "image": name}]}}})


def changes(before: list[dict[str, Any]], after: list[dict[str, Any]], **sides: Any) -> list[Change]:
    retained = sides.pop("retained", None)
    return list(compare(Side(before, retained), Side(after), **sides).changes)


def test_nothing_changes_where_nothing_differs() -> None:
    found = compare(Side([image("a"), manifest("Service")]), Side([image("a"), manifest("Service")]))
    assert not found
    assert found.count("unchanged") == 2


def test_a_change_is_told_property_by_property_with_what_it_comes_to() -> None:
    [found] = changes([image("a")], [image("b")])
    assert (found.action, found.effect, found.kind, found.name, found.namespace) == (
        "changed",
        "rolls",
        "Deployment",
        "one",
        "shop",
    )
    [field] = found.fields
    assert (field.path, field.before, field.after) == ("spec.template.spec.containers[web].image", "a", "b")
    [meaning] = found.meanings
    assert meaning.paths == (field.path,)
    assert meaning.text == "rolls the pods of one, some at a time"


def test_they_come_in_the_order_of_the_plan_and_what_is_removed_last() -> None:
    found = changes([manifest("Secret"), manifest("Service")], [manifest("ConfigMap"), manifest("Service")])
    assert [(one.kind, one.action) for one in found] == [
        ("ConfigMap", "added"),
        ("Service", "unchanged"),
        ("Secret", "removed"),
    ]


def test_what_cannot_change_in_place_is_replaced() -> None:
    old, new = (manifest("Deployment", spec={"selector": {"matchLabels": {"app": one}}}) for one in "ab")
    [found] = changes([old], [new])
    assert (found.action, found.effect) == ("replaced", "replaces")


def test_what_pulumi_keeps_is_lost_to_nobody() -> None:
    old = manifest("Cluster")
    [lost] = changes([old], [])
    [kept] = changes([old], [], retained=frozenset({identity(old)}))
    assert (lost.effect, kept.effect) == ("loses", "quiet")
    assert kept.meanings[0].text.startswith(
        "stays in the cluster: Pulumi only lets go of it. Deleted by hand: data loss"
    )


def test_what_a_cluster_refuses_is_told_first() -> None:
    [found] = changes([image("a")], [image("b")], refusals={identity(image("b")): "admission webhook: not that one."})
    assert found.effect == "refused"
    assert found.meanings[0].text == "the cluster refuses it: admission webhook: not that one"
    assert found.meanings[1].text.startswith("rolls the pods")


def test_the_same_comparison_is_the_same_data() -> None:
    dumped = compare(Side([image("a")]), Side([image("b"), manifest("Service")])).model_dump(mode="json")
    assert dumped["changes"][0]["fields"] == [
        {"path": "spec.template.spec.containers[web].image", "before": "a", "after": "b"}
    ]
    assert {one["name"] for one in dumped["totals"]["totals"]} == {"replicas", "cpu", "memory", "storage"}
