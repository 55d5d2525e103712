"""On whose behalf an object is tried."""

from typing import Any

import pytest

from scalewright.kubernetes.live import applier


def applied(*managers: tuple[str, str] | tuple[str, str, str]) -> dict[str, Any]:
    entries = [
        {"manager": name, "operation": operation, "fieldsV1": {"f:spec": {}}, "subresource": "".join(more)}
        for name, operation, *more in managers
    ]
    return {"metadata": {"name": "one", "managedFields": entries}}


@pytest.mark.parametrize(
    ("managers", "name"),
    [
        ((("kubectl", "Apply"), ("kube-controller-manager", "Update", "status")), "kubectl"),
        ((("kubectl", "Apply"), ("pulumi-kubernetes-1a2b", "Apply")), "pulumi-kubernetes-1a2b"),
        ((("scalewright", "Apply"),), "scalewright"),
        ((("argocd-controller", "Apply"), ("vpa", "Apply", "status")), "argocd-controller"),
        ((("kubectl-client-side-apply", "Update"),), None),
        ((), None),
    ],
)
def test_it_is_whoever_applied_it(managers: Any, name: str | None) -> None:
    assert applier(applied(*managers)) == name


def test_of_several_others_it_is_the_one_who_set_most() -> None:
    there = applied(("a-operator", "Apply"), ("flux", "Apply"))
    there["metadata"]["managedFields"][1]["fieldsV1"] = {"f:spec": {"f:template": {}, "f:replicas": {}}}
    assert applier(there) == "flux"
