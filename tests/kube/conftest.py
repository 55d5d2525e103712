import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from zlib import crc32

import pytest
from tests.kube import control_plane, definitions
from tests.kube.control_plane import ControlPlane, kubectl
from tests.kube.environment import Environment

Kubectl = Callable[..., Any]


@pytest.fixture(scope="session")
def kubeconfig(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A cluster to try manifests on: that of KUBECONFIG, else a control plane of our own."""
    if given := os.environ.get("KUBECONFIG"):
        yield Path(given)
        return
    if lacking := control_plane.missing():
        pytest.skip(f"there is no control plane here ({', '.join(lacking)}). Run `make test-kube`, which builds one")
    plane = ControlPlane(tmp_path_factory.mktemp("control-plane"))
    plane.start()
    yield plane.kubeconfig
    plane.stop()


@pytest.fixture(scope="session")
def cluster(kubeconfig: Path) -> Kubectl:
    """Run kubectl on a cluster that knows the custom resources we make."""
    if reason := definitions.bring(kubeconfig):
        pytest.skip(reason)

    def run(*arguments: str, **options: Any) -> Any:
        return kubectl(kubeconfig, *arguments, **options)

    return run


@pytest.fixture
def dev(request: pytest.FixtureRequest, tmp_path: Path, cluster: Kubectl, kubeconfig: Path) -> Iterator[Environment]:
    # A name for each test: a namespace that is being deleted is of no use to the next one.
    name = f"ask-{crc32(request.node.name.encode())}"
    environment = Environment(tmp_path / "project", name, cluster, kubeconfig)
    yield environment
    environment.forget()
