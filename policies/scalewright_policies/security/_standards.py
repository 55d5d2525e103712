"""Where the standards that rules of security quote are written."""

from __future__ import annotations

from typing import Literal

from scalewright.plan.policy import Standard

_POD_SECURITY = "https://kubernetes.io/docs/concepts/security/pod-security-standards"
_CIS = "https://www.cisecurity.org/benchmark/kubernetes"
_NSA = "https://media.defense.gov/2022/Aug/29/2003066362/-1/-1/0/CTR_KUBERNETES_HARDENING_GUIDANCE_1.2_20220829.PDF"


def pod_security(profile: Literal["baseline", "restricted"], control: str) -> Standard:
    """Return a control of the Pod Security Standards."""
    return Standard("Pod Security Standards", f"{profile}: {control}", f"{_POD_SECURITY}/#{profile}")


def cis(section: str) -> Standard:
    """Return a recommendation of the CIS Kubernetes Benchmark, by its number in version 1.12: they moved since 1.9."""
    return Standard("CIS Kubernetes Benchmark", f"{section} (v1.12)", _CIS)


def nsa(section: str) -> Standard:
    """Return a section of the hardening guide of NSA and CISA, version 1.2."""
    return Standard("NSA/CISA Kubernetes Hardening Guide", section, _NSA)
