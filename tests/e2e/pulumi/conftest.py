from collections.abc import Iterator

import pytest
from tests.e2e.local.stack import Stack
from tests.e2e.pulumi.command import Pulumi
from tests.e2e.recovery.databases import databases_only


@pytest.fixture(scope="module")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    """The shop's primary, replica, jobs and Redis, not yet up; down at the end of the module."""
    stack = databases_only(tmp_path_factory.mktemp("databases") / "shop")
    yield stack
    stack.run("down", "--delete-data", "--yes")


@pytest.fixture
def databases(stack: Stack) -> Iterator[Stack]:
    """The same, perhaps up; its overlay and its code are put back at the end of the test."""
    settings, seed = dict(stack.settings), stack.project / "app" / "shop" / "products" / "seed.py"
    code = seed.read_text()
    yield stack
    seed.write_text(code)
    stack.settings = settings
    stack.edit()


@pytest.fixture
def shop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Pulumi]:
    """The whole shop in a folder whose name has a space, not yet up; down at the end of the test."""
    folder = tmp_path_factory.mktemp("a project")
    stack = Stack(folder / "shop")
    yield Pulumi(stack, folder / "pulumi")
    stack.run("down", "--delete-data", "--yes")
