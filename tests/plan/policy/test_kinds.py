"""Which kinds no rule knows."""

from __future__ import annotations

from scalewright.plan.policy.kinds import unknown
from scalewright.plan.policy.subject import Subject


def subject(version: str, kind: str) -> Subject:
    return Subject({"apiVersion": version, "kind": kind, "metadata": {"name": "one"}})


def test_kinds_of_every_cluster_and_of_the_operators_are_known_and_all_others_are_counted() -> None:
    found = [
        *(subject("v1", "Pod"), subject("apps/v1", "Deployment"), subject("postgresql.cnpg.io/v1", "Cluster")),
        *(subject("s3.services.k8s.aws/v1alpha1", "Bucket"), subject("keda.sh/v1alpha1", "ScaledJob")),
        *(subject("argoproj.io/v1alpha1", "Rollout"), subject("argoproj.io/v1alpha1", "Rollout")),
        *(subject("apps/v1", "Deploymnet"), subject("extensions/v1beta1", "Deployment"), subject("v1", "Cluster")),
    ]
    assert unknown(found) == {
        "Cluster": 1,
        "Deployment.extensions": 1,
        "Deploymnet.apps": 1,
        "Rollout.argoproj.io": 2,
    }
