from collections.abc import Iterator

import httpx
import pytest
from tests.e2e.local.stack import Stack


@pytest.fixture(scope="module")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    """The shop, up, in a folder whose name has a space; down at the end of the module."""
    stack = Stack(tmp_path_factory.mktemp("a project") / "shop")
    stack.run("up")
    yield stack
    stack.run("down", "--delete-data", "--yes")


@pytest.fixture
def project(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    """The shop, not yet up; down at the end of the test."""
    project = Stack(tmp_path_factory.mktemp("project") / "shop")
    yield project
    project.run("down", "--delete-data", "--yes")


@pytest.fixture
def client() -> Iterator[httpx.Client]:
    with httpx.Client(timeout=30) as client:
        yield client
