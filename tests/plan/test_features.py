"""Since when Kubernetes takes what objects ask for."""

from __future__ import annotations

from typing import Any

import pytest

from scalewright.plan.features import oldest, parsed


def manifest(api_version: str = "apps/v1", **spec: Any) -> dict[str, Any]:
    return {"apiVersion": api_version, "kind": "Deployment", "metadata": {"name": "web"}, "spec": spec}


def test_the_newest_field_decides_and_is_told_with_who_has_it() -> None:
    pod = {
        "containers": [{"lifecycle": {"preStop": {"sleep": {"seconds": 5}}}}],
        "topologySpreadConstraints": [{"matchLabelKeys": ["pod-template-hash"]}],
    }
    assert oldest([manifest(template={"spec": pod})]) == ((1, 30), "preStop.sleep", "Deployment web")


def test_what_every_version_has_needs_none() -> None:
    assert oldest([manifest(replicas=3)]) is None


def test_a_field_of_an_operators_kind_is_its_operators_matter() -> None:
    assert oldest([manifest("keda.sh/v1alpha1", preStop={"sleep": {}})]) is None


@pytest.mark.parametrize(
    ("version", "expected"),
    [("1.34.4", (1, 34)), ("v1.30.5-gke.1014001", (1, 30)), ("1.29.0+k3s1", (1, 29)), ("unknown", None)],
)
def test_versions_of_providers_are_read(version: str, expected: tuple[int, int] | None) -> None:
    assert parsed(version) == expected
