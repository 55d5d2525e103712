"""Where the definitions come from: a cluster that has all of them needs no folder."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.kube import definitions

if TYPE_CHECKING:
    from pathlib import Path

    from conftest import Kubectl


def test_a_cluster_that_has_them_needs_no_folder(kubeconfig: Path, cluster: Kubectl, tmp_path: Path) -> None:
    assert cluster("api-versions").returncode == 0
    assert definitions.bring(kubeconfig, tmp_path / "nothing") is None


def test_what_a_cluster_lacks_is_told_by_the_addon_that_brings_it() -> None:
    served = ["apps/v1", "v1", *(f"{group}/v1" for group in definitions.BRINGS if group != "keda.sh")]
    assert definitions.lacking(served) == ["keda"]
    assert set(definitions.lacking(["v1"])) == {*definitions.BRINGS.values()} - {*definitions.UNUSED}
