"""Which object follows which from one plan to the next."""

from __future__ import annotations

from typing import Any

from scalewright.plan.pairs import pairs


def manifest(kind: str, name: str, namespace: str = "shop", part: str = "", **more: Any) -> dict[str, Any]:
    labels = {"app.kubernetes.io/name": part, "app.kubernetes.io/component": part} if part else {}
    metadata: dict[str, Any] = {"name": name, "labels": labels} | ({"namespace": namespace} if namespace else {})
    return {"apiVersion": "v1", "kind": kind, "metadata": metadata, **more}


def named(before: list[dict[str, Any]], after: list[dict[str, Any]]) -> list[tuple[str | None, str | None]]:
    def place(one: dict[str, Any] | None) -> str | None:
        return one and "/".join(filter(None, (one["metadata"].get("namespace"), one["kind"], one["metadata"]["name"])))

    return [(place(one.before), place(one.after)) for one in pairs(before, after)]


def test_an_object_is_known_by_kind_namespace_and_name() -> None:
    old = [manifest("Service", "a"), manifest("Deployment", "a")]
    new = [manifest("Deployment", "a"), manifest("Deployment", "b")]
    assert named(old, new) == [
        ("shop/Deployment/a", "shop/Deployment/a"),
        (None, "shop/Deployment/b"),
        ("shop/Service/a", None),
    ]


def test_another_version_of_an_api_is_the_same_object_and_another_group_is_not() -> None:
    old, new = manifest("Cluster", "a"), manifest("Cluster", "a")
    old["apiVersion"], new["apiVersion"] = "x.io/v1beta1", "x.io/v1"
    assert len(pairs([old], [new])) == 1
    new["apiVersion"] = "y.io/v1"
    assert len(pairs([old], [new])) == 2


def test_the_job_of_a_release_takes_the_place_of_that_of_the_release_before() -> None:
    old, new = manifest("Job", "migrations-1", part="migrations"), manifest("Job", "migrations-2", part="migrations")
    [pair] = pairs([old], [new])
    assert pair.moved


def test_of_several_jobs_of_a_part_nobody_knows_which_follows_which() -> None:
    old = [manifest("Job", name, part="migrations") for name in ("m-1", "m-2")]
    assert len(pairs(old, [manifest("Job", "m-3", part="migrations")])) == 3


def test_what_else_has_another_name_is_another_object() -> None:
    old, new = manifest("ConfigMap", "c-1", part="web"), manifest("ConfigMap", "c-2", part="web")
    assert named([old], [new]) == [(None, "shop/ConfigMap/c-2"), ("shop/ConfigMap/c-1", None)]


def test_all_of_a_namespace_that_is_called_otherwise_follows_what_was_in_it() -> None:
    def plan(name: str, *more: str) -> list[dict[str, Any]]:
        names = ("web", *more)
        quota = manifest("ResourceQuota", name, name)
        return [manifest("Namespace", name, ""), quota, *(manifest("Service", one, name) for one in names)]

    assert named(plan("old", "gone"), plan("new", "come")) == [
        ("Namespace/old", "Namespace/new"),
        ("old/ResourceQuota/old", "new/ResourceQuota/new"),
        ("old/Service/web", "new/Service/web"),
        (None, "new/Service/come"),
        ("old/Service/gone", None),
    ]
    assert all(one.moved for one in pairs(plan("old"), plan("new")))


def test_nothing_is_moved_where_one_more_namespace_comes() -> None:
    old, new = [manifest("Service", "a", "one")], [manifest("Service", "a", "one"), manifest("Service", "a", "two")]
    assert [one.moved for one in pairs(old, new)] == [False, False]
