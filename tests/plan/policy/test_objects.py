"""Objects are found by what rules ask for, and what all rules ask for is made once."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from scalewright.plan.capacity.hosts import behind, is_short
from scalewright.plan.policy import Objects, Subject
from scalewright.plan.policy.objects import listed, once

if TYPE_CHECKING:
    from collections.abc import Iterator


def objects(*manifests: dict[str, Any]) -> Objects:
    """Return objects of manifests."""
    return Objects(map(Subject, manifests))


def of(kind: str, name: str, namespace: str = "", **spec: Any) -> dict[str, Any]:
    """Return a manifest."""
    metadata = {"name": name, "namespace": namespace} if namespace else {"name": name}
    return {"apiVersion": "v1", "kind": kind, "metadata": metadata, "spec": spec}


def test_what_is_made_once_is_made_again_for_other_objects_and_other_arguments() -> None:
    """What one plan makes is never taken for another's."""
    asked: list[tuple[Objects, str]] = []

    @once
    def make(plan: Objects, name: str) -> str:
        asked.append((plan, name))
        return name.upper()

    one, other = objects(), objects()
    assert [make(one, "a"), make(one, "a"), make(one, "b"), make(other, "a")] == ["A", "A", "B", "A"]
    assert asked == [(one, "a"), (one, "b"), (other, "a")]


def test_what_is_listed_can_be_read_by_everybody_who_asks() -> None:
    """A generator would be empty for the second."""

    @listed
    def names(plan: Objects) -> Iterator[str]:
        yield from (one.name for one in plan.all)

    plan = objects(of("Pod", "a"), of("Pod", "b"))
    assert names(plan) is names(plan)
    assert list(names(plan)) == ["a", "b"]


def test_what_raises_raises_for_everybody_who_asks() -> None:
    """Each rule that needs it fails by its name."""

    @once
    def make(plan: Objects) -> str:
        raise LookupError(str(len(plan.all)))

    plan, raised = objects(), []
    for _ in range(2):
        try:
            make(plan)
        except LookupError as error:
            raised.append(str(error))
    assert raised == ["0", "0"]


def test_an_autoscaler_scales_what_it_names_in_its_own_namespace_and_a_horizontal_one_is_first() -> None:
    """A target that is no text scales nothing."""
    deployment = {"kind": "Deployment", "name": "api"}
    plan = objects(
        of("ScaledObject", "scaled", "here", scaleTargetRef={"name": "api"}),
        of("HorizontalPodAutoscaler", "first", "here", scaleTargetRef=deployment),
        of("HorizontalPodAutoscaler", "second", "here", scaleTargetRef=deployment),
        of("HorizontalPodAutoscaler", "broken", "there", scaleTargetRef={"kind": "Deployment", "name": ["api"]}),
    )
    here, there = (Subject(of("Deployment", "api", namespace)) for namespace in ("here", "there"))
    found = plan.scaling(here)
    assert found is not None
    assert found.name == "first"
    assert plan.scaling(there) is None


def test_pods_behind_a_host_are_those_of_its_namespace_and_of_none_in_their_order() -> None:
    """Manifests leave their namespace out where it is named as they are applied."""
    plan = objects(
        of("Service", "web", "here", selector={"app": "web"}),
        *(
            {**of("Pod", name, namespace), "metadata": {"name": name, "namespace": namespace, "labels": {"app": app}}}
            for name, namespace, app in (
                ("a", "", "web"),
                ("b", "here", "web"),
                ("c", "there", "web"),
                ("d", "", "web"),
                ("e", "here", "other"),
            )
        ),
    )
    assert [one.owner.name for one in behind(plan, "web.here.svc", "there")] == ["a", "b", "d"]
    assert [one.owner.name for one in behind(plan, "web", "there")] == []


def test_a_host_is_short_where_its_namespace_is_that_of_who_asks() -> None:
    """Of a pod behind a headless Service, the namespace is the third label."""
    assert [is_short(one) for one in ("web", "web.svc", "web-0.web")] == [True, True, True]
    assert [is_short(one) for one in ("web.here", "web.here.svc.cluster.local", "web-0.web.here.svc")] == [False] * 3
