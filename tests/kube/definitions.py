"""The definitions of the operators' resources: a folder of them beside the checkout, else what a cluster has."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from tests.kube.control_plane import kubectl

from scalewright.plan.operators import BRINGS

if TYPE_CHECKING:
    from collections.abc import Iterable

FOLDER = Path(__file__).parents[3] / "shared" / "crds"
#: No test makes an object of these.
UNUSED = ("external-secrets",)


def bring(kubeconfig: Path, folder: Path = FOLDER) -> str | None:
    """Give a cluster the definitions in the folder, where there is one; returns why some are still not there."""
    if folder.is_dir():
        kubectl(kubeconfig, "apply", "--server-side", "-f", str(folder))
        kubectl(kubeconfig, "wait", "--for=condition=Established", "crd", "--all", "--timeout=60s")
    served = kubectl(kubeconfig, "api-versions").stdout.split()
    if missing := lacking(served):
        return (
            f"the cluster has no definitions of {', '.join(missing)}. Bring them to that of KUBECONFIG by `pulumi up` "
            "in stacks/addons, with all of them switched on, or have a folder shared/crds beside the checkout"
        )
    return None


def lacking(served: Iterable[str]) -> list[str]:
    """Return the addons that tests need and whose API groups a cluster does not serve, given as `group/version`."""
    groups = {one.partition("/")[0] for one in served}
    return sorted(addon for group, addon in BRINGS.items() if group not in groups and addon not in UNUSED)
