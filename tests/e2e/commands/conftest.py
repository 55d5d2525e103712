from collections.abc import Iterator

import pytest
from tests.e2e.local.stack import Stack


@pytest.fixture(scope="module")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    """The shop, up, for one module: what one kills, another would find in its history."""
    stack = Stack(tmp_path_factory.mktemp("commands") / "shop")
    stack.run("up")
    yield stack
    stack.run("down", "--delete-data", "--yes")
