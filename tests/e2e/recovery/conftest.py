from collections.abc import Iterator

import pytest
from tests.e2e.local.stack import Stack
from tests.e2e.recovery.databases import databases_only


@pytest.fixture
def project(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    """The whole shop, not yet up; down at the end of the test."""
    project = Stack(tmp_path_factory.mktemp("project") / "shop")
    yield project
    project.run("down", "--delete-data", "--yes")


@pytest.fixture(scope="module")
def databases(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    """The shop's primary, replica, migrations and Redis, up; down at the end of the module."""
    stack = databases_only(tmp_path_factory.mktemp("databases") / "shop")
    stack.run("up")
    yield stack
    stack.run("down", "--delete-data", "--yes")
