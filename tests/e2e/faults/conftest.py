from collections.abc import Iterator

import pytest
from tests.e2e.faults.faults import all_healthy
from tests.e2e.local.stack import Stack, eventually


@pytest.fixture(scope="package")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    """The shop, up, for all modules of this folder."""
    stack = Stack(tmp_path_factory.mktemp("faults") / "shop")
    stack.run("up")
    yield stack
    stack.run("down", "--delete-data", "--yes")


@pytest.fixture
def stack(running: Stack) -> Iterator[Stack]:
    """The shop, up; whatever a test does to it, it heals by itself."""
    yield running
    eventually(lambda: all_healthy(running), within=60)
