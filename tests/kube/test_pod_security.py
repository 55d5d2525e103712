"""What a real API server says to the pods by which the rules of Pod Security are proved."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest
import yaml
from tests.kube.control_plane import kubectl
from tests.policies.security.pods import LET_IN, REFUSED, Case

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

NAMESPACE = "restricted"
#: Where nothing privileged is allowed in the whole cluster, that is said first.
_REFUSAL = re.compile(
    r'[Pp]ods? "([^"]+)" is (?:forbidden: violates PodSecurity "restricted:latest"|invalid: .*by cluster policy)'
)


@pytest.fixture(scope="module")
def cluster(kubeconfig: Path) -> Iterator[Path]:
    """A cluster with a namespace that lets in what is restricted, and the account that its pods would have."""
    objects = [
        {
            "apiVersion": "v1",
            "kind": "Namespace",
            "metadata": {"name": NAMESPACE, "labels": {"pod-security.kubernetes.io/enforce": "restricted"}},
        },
        {"apiVersion": "v1", "kind": "ServiceAccount", "metadata": {"name": "default", "namespace": NAMESPACE}},
    ]
    kubectl(kubeconfig, "apply", "--server-side", "-f", "-", text=yaml.safe_dump_all(objects))
    yield kubeconfig
    kubectl(kubeconfig, "delete", "namespace", NAMESPACE, "--wait=false")


def asked(kubeconfig: Path, cases: Sequence[Case]) -> str:
    """What the API server says to pods, which are not made."""
    pods = yaml.safe_dump_all([case.manifest for case in cases])
    done = kubectl(kubeconfig, "create", "--dry-run=server", "-n", NAMESPACE, "-f", "-", text=pods, check=False)
    return done.stdout + done.stderr


def test_each_pod_that_our_rules_refuse_is_refused_by_pod_security(cluster: Path) -> None:
    cases = [case for case in REFUSED if case.is_created]
    answer = asked(cluster, cases)
    assert {case.name for case in cases} - set(_REFUSAL.findall(answer)) == set(), answer


def test_each_pod_that_our_rules_let_in_is_let_in(cluster: Path) -> None:
    answer = asked(cluster, LET_IN)
    assert set(re.findall(r"pod/(\S+) created", answer)) == {case.name for case in LET_IN}, answer
