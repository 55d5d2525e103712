"""A plan as one side of a comparison."""

from __future__ import annotations

from typing import Any

from scalewright.plan.resources import SECRET, Resource
from scalewright.plan.sides import rendered, whole


def resource(type_: str, called: str, *, custom: bool = True, kept: bool = False, **inputs: Any) -> Resource:
    urn = f"urn:pulumi:dev::shop::{type_}::{called}"
    return Resource(urn=urn, type=type_, name=called, inputs=inputs, custom=custom, retain_on_delete=kept)


def manifest(kind: str, name: str, **more: Any) -> dict[str, Any]:
    return {"apiVersion": "v1", "kind": kind, "metadata": {"name": name, "namespace": "shop"}, **more}


PLAN = [
    resource("scalewright:index:Redis", "redis", custom=False, memory="1Gi"),
    resource("random:index/randomPassword:RandomPassword", "redis", length=40),
    resource("kubernetes:core/v1:Secret", "redis", **manifest("Secret", "redis", data={"password": SECRET})),
    resource("kubernetes:helm.sh/v3:Release", "traefik", chart="traefik", version="1"),
    resource("kubernetes:postgresql.cnpg.io/v1:Cluster", "postgres", kept=True, **manifest("Cluster", "postgres")),
]


def names(objects: Any) -> set[str]:
    return {f"{one['kind']} {one['metadata']['name']}" for one in objects}


def test_all_that_is_made_is_on_it_but_for_what_only_groups_others() -> None:
    found = whole(PLAN)
    assert names(found.objects) == {
        "Cluster postgres",
        "RandomPassword redis",
        "Release traefik",
        "Secret redis",
    }
    [password] = [one for one in found.objects if one["kind"] == "RandomPassword"]
    assert password["length"] == 40


def test_it_knows_what_pulumi_keeps() -> None:
    assert found_names(whole(PLAN).retained) == {"postgres"}


def found_names(identities: Any) -> set[str]:
    return {one.name for one in identities}


def test_that_of_a_render_has_what_a_render_writes_down() -> None:
    found = rendered(PLAN)
    assert names(found.objects) == {"Cluster postgres"}
    assert found.retained is None


def test_no_value_of_a_secret_is_on_it_and_the_plan_keeps_them() -> None:
    written = manifest("Secret", "mine", stringData={"token": "hunter2"}, data="odd")
    plan = [resource("kubernetes:core/v1:Secret", "mine", **written)]
    [found] = whole(plan).objects
    assert found["stringData"] == {"token": SECRET}
    assert found["data"] == SECRET
    assert plan[0].inputs["stringData"] == {"token": "hunter2"}
