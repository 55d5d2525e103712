"""What a plan takes before and after, at its fewest replicas and at its most."""

from __future__ import annotations

from typing import Any

from scalewright.plan.totals import Totals, totals


def manifest(kind: str, name: str, **spec: Any) -> dict[str, Any]:
    return {"apiVersion": "v1", "kind": kind, "metadata": {"name": name}, "spec": spec}


def workload(kind: str, name: str, **spec: Any) -> dict[str, Any]:
    requests = {"cpu": "500m", "memory": "1Gi"}
    return manifest(kind, name, template={"spec": {"containers": [{"resources": {"requests": requests}}]}}, **spec)


def scaler(name: str, least: int, most: int) -> dict[str, Any]:
    target = {"kind": "Deployment", "name": name}
    return manifest("HorizontalPodAutoscaler", name, scaleTargetRef=target, minReplicas=least, maxReplicas=most)


def told(found: Totals) -> dict[str, tuple[str, str, str, str]]:
    return {
        one.name: (str(one.before.least), str(one.before.most), str(one.after.least), str(one.after.most))
        for one in found.totals
    }


def test_what_an_autoscaler_may_make_counts_at_the_most() -> None:
    before, after = ([workload("Deployment", "web"), scaler("web", 3, most)] for most in (10, 20))
    found = totals(before, after)
    assert told(found) == {
        "replicas": ("3", "10", "3", "20"),
        "cpu": ("1500m", "5", "1500m", "10"),
        "memory": ("3Gi", "10Gi", "3Gi", "20Gi"),
        "storage": ("0", "0", "0", "0"),
    }
    [part] = found.parts
    assert (part.name, part.before and str(part.before.most), part.after and str(part.after.most)) == (
        "Deployment web",
        "10",
        "20",
    )


def test_keda_may_go_to_none_and_by_default_to_a_hundred() -> None:
    scaled = manifest("ScaledObject", "web", scaleTargetRef={"name": "web"})
    assert told(totals([], [workload("Deployment", "web"), scaled]))["replicas"] == ("0", "0", "0", "100")


def test_what_is_not_scaled_is_as_many_as_it_says() -> None:
    assert told(totals([], [workload("StatefulSet", "redis", replicas=3)]))["replicas"] == ("0", "0", "3", "3")


def test_storage_is_that_of_every_instance() -> None:
    def cluster(size: str) -> dict[str, Any]:
        return manifest("Cluster", "postgres", instances=3, storage={"size": size})

    assert told(totals([cluster("100Gi")], [cluster("50Gi")]))["storage"] == ("300Gi", "300Gi", "150Gi", "150Gi")


def test_a_job_ends_and_is_not_counted() -> None:
    assert told(totals([], [workload("Job", "migrations")]))["replicas"] == ("0", "0", "0", "0")


def test_parts_that_come_and_go_are_told_and_those_that_stay_are_not() -> None:
    old, same, new = (workload("Deployment", name, replicas=2) for name in ("old", "same", "new"))
    found = totals([old, same], [same, new])
    assert [(one.name, one.before is None, one.after is None) for one in found.parts] == [
        ("Deployment new", True, False),
        ("Deployment old", False, True),
    ]


def test_what_nobody_can_count_is_named_and_the_rest_is_counted() -> None:
    unknown = manifest("Cluster", "postgres", instances=3, storage={"size": "<known after it is made>"})
    found = totals([], [unknown, manifest("Deployment", "bare"), workload("Deployment", "web")])
    assert found.uncounted == ("Cluster postgres", "Deployment bare")
    assert told(found)["replicas"] == ("0", "0", "1", "1")
