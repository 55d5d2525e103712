"""The rules of pods, together, refuse whatever Pod Security `restricted` refuses."""

import pytest
from tests.policies.security.pods import CHECKS, LET_IN, REFUSED, Case

from scalewright.plan.policy import Objects, Subject, check
from scalewright_policies import RULES

STANDARD = "Pod Security Standards"
OURS = [rule for rule in RULES if any(one.name == STANDARD for one in rule.standards)]
#: https://kubernetes.io/docs/concepts/security/pod-security-standards/#profile-details
CONTROLS = {
    "baseline: HostProcess",
    "baseline: Host Namespaces",
    "baseline: Privileged Containers",
    "baseline: HostPath Volumes",
    "baseline: Host Ports",
    "baseline: Host Probes / Lifecycle Hooks",
    "baseline: AppArmor",
    "baseline: SELinux",
    "baseline: Sysctls",
    "restricted: /proc Mount Type",
    "restricted: Volume Types",
    "restricted: Privilege Escalation",
    "restricted: Running as Non-root",
    "restricted: Running as Non-root user",
    "restricted: Seccomp",
    "restricted: Capabilities",
}


@pytest.mark.parametrize("case", REFUSED, ids=str)
def test_what_pod_security_refuses_is_found_by_the_rule_of_that_control(case: Case) -> None:
    report = check(Objects([Subject(case.manifest)]), OURS)
    assert {one.rule for one in report.findings} == set(case.rules.split())
    assert report.failures == ()


@pytest.mark.parametrize("case", LET_IN, ids=str)
def test_what_pod_security_lets_in_is_found_by_none(case: Case) -> None:
    report = check(Objects([Subject(case.manifest)]), OURS)
    assert [one.message for one in report.findings] == []


PATHS = ("spec.template.", "spec.jobTemplate.spec.template.", "spec.jobTargetRef.template.")


@pytest.mark.parametrize("case", REFUSED, ids=str)
def test_it_is_found_in_whatever_makes_such_pods(case: Case) -> None:
    pod = case.manifest
    template = {"metadata": pod["metadata"], "spec": pod["spec"]}
    job = {"template": template}
    kinds = {"apps/v1": ("Deployment", "StatefulSet", "DaemonSet", "ReplicaSet"), "v1": ("ReplicationController",)}
    owners = [(version, kind, {"template": template}) for version, names in kinds.items() for kind in names]
    owners += [("batch/v1", "Job", job), ("batch/v1", "CronJob", {"jobTemplate": {"spec": job}})]
    owners.append(("keda.sh/v1alpha1", "ScaledJob", {"jobTargetRef": job}))
    for version, kind, spec in owners:
        owner = Subject({"apiVersion": version, "kind": kind, "metadata": {"name": "x"}, "spec": spec})
        found = check(Objects([owner]), OURS).findings
        assert {one.rule for one in found} == set(case.rules.split()), kind
        assert all(one.path.startswith(PATHS) for one in found)


def test_every_check_of_pod_security_refuses_a_case() -> None:
    assert {one for case in REFUSED for one in case.checks.split()} == CHECKS


def test_every_control_of_the_standards_has_a_rule() -> None:
    named = {one.section for rule in OURS for one in rule.standards if one.name == STANDARD}
    assert named >= CONTROLS
