"""Accounts, tokens and roles: what is found only by looking at several objects, and what is no finding."""

from typing import Any

import pytest
import yaml

from scalewright.plan.policy import Objects, Subject, check
from scalewright_policies import RULES

GROUP = "rbac.authorization.k8s.io"
DEPLOYMENT = """
apiVersion: apps/v1
kind: Deployment
metadata: {{name: api, namespace: shop}}
spec: {{template: {{spec: {{serviceAccountName: api{more}}}}}}}
"""
ACCOUNT = """
apiVersion: v1
kind: ServiceAccount
metadata: {{name: api, namespace: {namespace}}}
automountServiceAccountToken: {mounts}
"""


def found(rule: str, *manifests: str) -> list[str]:
    objects = Objects(Subject(yaml.safe_load(one)) for one in manifests)
    report = check(objects, [one for one in RULES if one.name == rule])
    assert report.failures == ()
    return [one.path for one in report.findings]


@pytest.mark.parametrize(
    ("more", "account", "is_found"),
    [
        ("", "", True),
        (", automountServiceAccountToken: false", "", False),
        ("", ACCOUNT.format(namespace="shop", mounts="false"), False),
        ("", ACCOUNT.format(namespace="other", mounts="false"), True),
        ("", ACCOUNT.format(namespace="shop", mounts="true"), True),
        (", automountServiceAccountToken: true", ACCOUNT.format(namespace="shop", mounts="false"), True),
        (", automountServiceAccountToken: false", ACCOUNT.format(namespace="shop", mounts="true"), False),
    ],
)
def test_what_a_pod_says_of_its_token_goes_before_what_its_account_says(
    more: str, account: str, is_found: bool
) -> None:
    manifests = [DEPLOYMENT.format(more=more), *filter(None, [account])]
    assert bool(found("service-account-token", *manifests)) is is_found


@pytest.mark.parametrize(("namespace", "is_found"), [("shop", False), ("other", True)])
def test_an_account_to_which_a_role_is_bound_may_have_its_token(namespace: str, is_found: bool) -> None:
    binding = f"""
apiVersion: {GROUP}/v1
kind: ClusterRoleBinding
metadata: {{name: api}}
roleRef: {{apiGroup: {GROUP}, kind: ClusterRole, name: api}}
subjects: [{{kind: ServiceAccount, name: api, namespace: {namespace}}}]
"""
    assert bool(found("service-account-token", DEPLOYMENT.format(more=""), binding)) is is_found


def role(**rule: Any) -> str:
    manifest = {"apiVersion": f"{GROUP}/v1", "kind": "ClusterRole", "metadata": {"name": "x"}, "rules": [rule]}
    return yaml.safe_dump(manifest)


@pytest.mark.parametrize(
    ("rule", "grant", "is_found"),
    [
        ("rbac-wildcards", {"apiGroups": [""], "resources": ["*/scale"], "verbs": ["get"]}, True),
        ("rbac-wildcards", {"nonResourceURLs": ["*"], "verbs": ["get"]}, True),
        ("rbac-wildcards", {"nonResourceURLs": ["/healthz/*"], "verbs": ["get"]}, False),
        ("rbac-secrets", {"apiGroups": [""], "resources": ["secrets"], "verbs": ["create"]}, False),
        ("rbac-secrets", {"apiGroups": ["x.io"], "resources": ["secrets"], "verbs": ["get"]}, False),
        ("rbac-secrets", {"apiGroups": [""], "resources": ["secrets"], "verbs": ["watch"]}, True),
        (
            "rbac-secrets",
            {"apiGroups": [""], "resources": ["secrets"], "verbs": ["get"], "resourceNames": ["x"]},
            False,
        ),
        ("rbac-secrets", {"apiGroups": ["*"], "resources": ["*"], "verbs": ["*"]}, False),
        ("rbac-escalation", {"apiGroups": ["*"], "resources": ["*"], "verbs": ["*"]}, False),
        ("rbac-escalation", {"apiGroups": [GROUP], "resources": ["roles"], "verbs": ["escalate"]}, True),
        ("rbac-escalation", {"apiGroups": [""], "resources": ["nodes/proxy"], "verbs": ["get"]}, True),
        ("rbac-escalation", {"apiGroups": [""], "resources": ["nodes"], "verbs": ["get"]}, False),
        ("rbac-escalation", {"apiGroups": [""], "resources": ["persistentvolumes"], "verbs": ["get"]}, False),
        ("rbac-escalation", {"apiGroups": [""], "resources": ["persistentvolumes"], "verbs": ["create"]}, True),
    ],
)
def test_a_role_is_found_by_what_it_allows(rule: str, grant: dict[str, Any], is_found: bool) -> None:
    assert bool(found(rule, role(**grant))) is is_found


def test_a_pod_of_a_test_of_helm_is_not_by_itself() -> None:
    pod = "{apiVersion: v1, kind: Pod, metadata: {name: x, annotations: {helm.sh/hook: test}}}"
    assert found("bare-pods", pod) == []


@pytest.mark.parametrize("group", ["system:authenticated", "system:serviceaccounts", "system:unauthenticated"])
def test_a_role_is_not_bound_to_whomever_there_is(group: str) -> None:
    binding = f"""
apiVersion: {GROUP}/v1
kind: RoleBinding
metadata: {{name: view, namespace: shop}}
roleRef: {{apiGroup: {GROUP}, kind: ClusterRole, name: view}}
subjects: [{{kind: Group, name: "GROUP"}}]
"""
    assert found("rbac-cluster-admin", binding.replace("GROUP", group)) == ["subjects[0].name"]
    assert found("rbac-cluster-admin", binding.replace("GROUP", f"{group}:shop")) == []
