"""What is said of a cluster that cannot take an environment, and what of one that can."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from scalewright.plan.preflight import Denial, Namespace, Quota, Sight, Trial, Verdict, judge, usable

LABELS = {f"app.kubernetes.io/{name}": value for name, value in (("name", "shop"), ("part-of", "shop"))}
OURS = {**LABELS, "app.kubernetes.io/managed-by": "scalewright"}


def manifest(kind: str, name: str = "web", api_version: str = "v1", **fields: Any) -> dict[str, Any]:
    return {"apiVersion": api_version, "kind": kind, "metadata": {"name": name, "namespace": "shop"}, **fields}


def deployment(name: str = "web", replicas: int = 2, memory: str = "256Mi") -> dict[str, Any]:
    pod = {"containers": [{"name": "c", "resources": {"requests": {"memory": memory}}}]}
    return manifest("Deployment", name, "apps/v1", spec={"replicas": replicas, "template": {"spec": pod}})


NAMESPACE = {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "shop", "labels": OURS}}
OBJECTS = [NAMESPACE, deployment()]
GOOD = Sight(
    version="1.34.4",
    user="admin",
    groups={"": ("v1",), "apps": ("v1",)},
    kinds=frozenset({("v1", "Namespace"), ("apps/v1", "Deployment")}),
    namespaces={"shop": Namespace(OURS)},
)


def troubles(*objects: dict[str, Any], **seen: Any) -> list[str]:
    return list(judge(objects or OBJECTS, replace(GOOD, **seen)).troubles)


def test_nothing_is_said_of_a_cluster_that_can_take_it() -> None:
    assert judge(OBJECTS, GOOD) == Verdict((), ())
    assert not troubles(namespaces={"shop": None})


def test_an_old_cluster_is_told_with_the_version_that_is_needed_and_for_what() -> None:
    web = deployment()
    web["spec"]["template"]["spec"]["containers"][0]["lifecycle"] = {"preStop": {"sleep": {"seconds": 5}}}
    assert troubles(NAMESPACE, web, version="1.29.1-eks-1") == [
        "Kubernetes of the cluster is 1.29.1-eks-1; it must be at least 1.30, for preStop.sleep of Deployment web. "
        "Upgrade the cluster, or use another"
    ]
    assert not troubles(NAMESPACE, web, version="1.30.0")


def test_a_missing_definition_is_told_with_the_addon_that_brings_it() -> None:
    objects = [manifest(kind, api_version="keda.sh/v1alpha1") for kind in ("TriggerAuthentication", "ScaledObject")]
    objects += [manifest("Cluster", api_version="postgresql.cnpg.io/v1", spec={"storage": {"size": "1Gi"}})]
    objects[1]["spec"] = {"scaleTargetRef": {"name": "web"}}
    assert troubles(*objects) == [
        "ScaledObject, TriggerAuthentication of keda.sh/v1alpha1 are not served; the addon keda brings them. "
        "Run `pulumi up` in stacks/addons, with keda switched on",
        "Cluster of postgresql.cnpg.io/v1 is not served; the addon cloudnative-pg brings it. "
        "Run `pulumi up` in stacks/addons, with cloudnative-pg switched on",
    ]


def test_an_addon_of_another_version_is_told_with_what_it_serves() -> None:
    groups = {**GOOD.groups, "kafka.strimzi.io": ("v1beta2",)}
    [told] = troubles(manifest("Kafka", api_version="kafka.strimzi.io/v1"), groups=groups)
    assert told.startswith("Kafka of kafka.strimzi.io/v1 is not served; the cluster has kafka.strimzi.io in v1beta2: ")
    assert "the addon strimzi is of another version" in told


def test_a_kind_that_nobody_we_know_brings_is_told_without_an_addon() -> None:
    assert troubles(manifest("Rollout", api_version="argoproj.io/v1alpha1")) == [
        "Rollout of argoproj.io/v1alpha1 is not served. "
        "Install what brings it, or upgrade the cluster (Kubernetes 1.34.4)"
    ]


def test_a_namespace_of_somebody_else_is_refused_with_its_labels_and_those_that_it_lacks() -> None:
    theirs = {"team": "payments", "kubernetes.io/metadata.name": "shop", **LABELS}
    assert troubles(namespaces={"shop": Namespace(theirs)}) == [
        "namespace shop belongs to somebody else: its labels are app.kubernetes.io/name=shop, "
        "app.kubernetes.io/part-of=shop, team=payments; they must hold app.kubernetes.io/managed-by=scalewright. "
        "Rename the backend or the environment, or have the namespace given over by those labels"
    ]
    assert "its labels are none;" in troubles(namespaces={"shop": Namespace({})})[0]


def test_a_namespace_that_is_being_deleted_is_waited_for() -> None:
    [told] = troubles(namespaces={"shop": Namespace(OURS, ending=True)})
    assert told == "namespace shop is being deleted. Wait until it is gone, or find out what holds it"


def test_a_namespace_that_nobody_makes_must_be_there() -> None:
    [told] = troubles(deployment(), namespaces={"shop": None})
    assert told == "namespace shop is not there, and nothing here makes it. Make it, or name one that is there"


def test_only_a_namespace_that_is_ours_or_that_we_do_not_make_is_used() -> None:
    theirs = Namespace({"team": "payments"})
    assert usable(OBJECTS, {"shop": theirs}) == set()
    assert usable(OBJECTS, {"shop": Namespace(OURS)}) == {"shop"}
    assert usable(OBJECTS, {"shop": None}) == set()
    assert usable([deployment()], {"shop": theirs}) == {"shop"}
    assert usable(OBJECTS, {"shop": Namespace(OURS, ending=True)}) == set()


def test_what_one_may_not_do_is_one_line_for_each_place() -> None:
    denials = (
        Denial("create", "deployments.apps", "shop"),
        Denial("create", "configmaps", "shop"),
        Denial("create", "namespaces"),
    )
    assert troubles(denials=denials) == [
        "admin may not create namespaces in the cluster. "
        "Have whoever runs the cluster allow it, or use a context of somebody who may",
        "admin may not create configmaps, deployments.apps in namespace shop. "
        "Have whoever runs the cluster allow it, or use a context of somebody who may",
    ]


def test_a_quota_that_the_fewest_replicas_exceed_is_told_with_the_sum_and_the_bound() -> None:
    quota = Quota("shop", "team", hard={"requests.memory": "600Mi", "pods": "20"})
    objects = [NAMESPACE, deployment("web", 2), deployment("worker", 1)]
    assert troubles(*objects, quotas=(quota,)) == [
        "ResourceQuota team of namespace shop allows requests.memory 600Mi; the fewest replicas need 768Mi "
        "(Deployment web 512Mi, Deployment worker 256Mi). Have it raised, or lower what they ask for"
    ]


def test_only_what_is_not_there_yet_comes_on_top_of_what_is_in_use() -> None:
    quota = Quota("shop", "team", hard={"memory": "1Gi"}, used={"memory": "768Mi"})
    [told] = troubles(quotas=(quota,))
    assert "allows memory 1Gi; the fewest replicas need 512Mi beside the 768Mi in use (Deployment web 512Mi)" in told
    assert not troubles(quotas=(quota,), trials=(Trial("Deployment web", exists=True),))


def test_what_a_quota_counts_every_pod_must_have_unless_a_default_gives_it() -> None:
    quota = Quota("shop", "team", hard={"limits.cpu": "20"})
    assert troubles(quotas=(quota,)) == [
        "ResourceQuota team of namespace shop counts limits.cpu, so that no pod may be without: Deployment web. "
        "Have a LimitRange there give a default, or limits.cpu not counted"
    ]
    assert not troubles(quotas=(replace(quota, defaults=frozenset({"limits.cpu"})),))


def test_our_own_quota_and_one_for_some_objects_only_are_not_held_against_us() -> None:
    hard = {"pods": "1"}
    ours = manifest("ResourceQuota", "shop")
    kinds = GOOD.kinds | {("v1", "ResourceQuota")}
    assert not troubles(*OBJECTS, ours, quotas=(Quota("shop", "shop", hard),), kinds=kinds)
    assert not troubles(quotas=(Quota("shop", "team", hard, scoped=True),))
    assert not troubles(quotas=(Quota("elsewhere", "team", hard),))


def test_what_a_dry_run_refuses_is_told_in_the_servers_words() -> None:
    trials = (Trial("Deployment web", "admission webhook denied the request: no team label."),)
    assert troubles(trials=trials) == [
        "Deployment web is refused: admission webhook denied the request: no team label. "
        "Correct it, or ask who runs the cluster"
    ]


def test_pods_that_pod_security_would_refuse_are_a_trouble_and_other_warnings_a_note() -> None:
    unsafe = 'would violate PodSecurity "restricted:latest": runAsNonRoot != true'
    verdict = judge(OBJECTS, replace(GOOD, trials=(Trial("Deployment web", warnings=(unsafe, "old field")),)))
    assert verdict.troubles == (f"Deployment web would get no pods: it {unsafe}. Correct its securityContext",)
    assert verdict.notes == ("Deployment web: old field",)


def test_what_cannot_change_in_place_is_a_note_because_pulumi_replaces_it() -> None:
    fixed = 'Job "web" is invalid: spec.template: Invalid value: field is immutable'
    verdict = judge(OBJECTS, replace(GOOD, trials=(Trial("Job web", fixed, exists=True),)))
    assert not verdict.troubles
    assert verdict.notes == (f"Job web cannot change in place, `pulumi up` replaces it: {fixed}",)


def test_what_could_not_be_tried_is_a_note() -> None:
    untried = Trial("Deployment web", "webhook w does not support dry run", untried=True)
    verdict = judge(OBJECTS, replace(GOOD, trials=(untried,)))
    assert verdict == Verdict((), ("Deployment web was not tried: webhook w does not support dry run",))


def test_what_others_have_not_made_yet_is_a_note() -> None:
    absent = (("ClusterIssuer", "letsencrypt", "you, before the first apply"),)
    scaler = manifest("HorizontalPodAutoscaler", api_version="autoscaling/v2", spec={"scaleTargetRef": {"name": "web"}})
    kinds = GOOD.kinds | {("autoscaling/v2", "HorizontalPodAutoscaler")}
    verdict = judge([*OBJECTS, scaler], replace(GOOD, absent=absent, kinds=kinds))
    assert not verdict.troubles
    assert verdict.notes == (
        "nothing scales by processor or memory without the addon metrics-server (metrics.k8s.io is not served)",
        "ClusterIssuer letsencrypt is not there yet; it is made by you, before the first apply",
    )


def test_all_troubles_are_told_together() -> None:
    objects = [*OBJECTS, manifest("Middleware", api_version="traefik.io/v1alpha1")]
    told = troubles(*objects, namespaces={"shop": Namespace({})}, denials=(Denial("create", "secrets", "shop"),))
    assert [one.split()[0] for one in told] == ["Middleware", "namespace", "admin"]
