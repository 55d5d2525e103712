"""Whose namespace is found to be default, and what an environment can set."""

import pytest

from scalewright.plan.policy import Objects, Subject, check
from scalewright.plan.policy.strictness import Strictness
from scalewright_policies.security.default_namespace import RULE as DEFAULT
from scalewright_policies.security.pod_user_id import RULE as USER


@pytest.mark.parametrize(
    ("version", "kind", "namespace", "is_found"),
    [
        ("v1", "ConfigMap", "shop", False),
        ("v1", "ConfigMap", "default", True),
        ("v1", "ConfigMap", None, True),
        ("apps/v1", "Deployment", None, True),
        ("v1", "Namespace", None, False),
        ("rbac.authorization.k8s.io/v1", "ClusterRole", None, False),
        ("cert-manager.io/v1", "ClusterIssuer", None, False),
        ("cert-manager.io/v1", "Certificate", "default", True),
    ],
)
def test_what_names_no_namespace_is_found_where_its_kind_is_known_to_be_in_one(
    version: str, kind: str, namespace: str | None, is_found: bool
) -> None:
    metadata = {"name": "x", **({"namespace": namespace} if namespace else {})}
    subject = Subject({"apiVersion": version, "kind": kind, "metadata": metadata})
    assert bool(check(Objects([subject]), [DEFAULT]).findings) is is_found


def test_whoever_applies_manifests_may_give_the_namespace() -> None:
    given = Strictness(settings={"default-namespace": {"named": False}})
    subjects = [
        Subject({"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "a"}}),
        Subject({"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "b", "namespace": "default"}}),
    ]
    assert [one.name for one in check(Objects(subjects), [DEFAULT], given).findings] == ["b"]


def test_the_least_number_of_a_user_can_be_another() -> None:
    pod = {"securityContext": {"runAsUser": 1001}, "containers": [{"name": "api"}]}
    objects = Objects([Subject({"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "x"}, "spec": pod})])
    [found] = check(objects, [USER]).findings
    assert found.message == "the pod: runAsUser is 1001; it must be 10000 or more"
    assert check(objects, [USER], Strictness(settings={"pod-user-id": {"least": 1000}})).findings == ()
