"""What `scalewright scale` says to a mistake; what it does is in tests/e2e/local."""

from pathlib import Path

import click
import pytest
from tests.cli.command import ROOT, refuse

from scalewright.cli.scale import parse
from scalewright.declaration import Backend, load


@pytest.fixture(scope="module")
def backend() -> Backend:
    """The shop: orders of 2 to 6 replicas, orders-worker of 1 to 4."""
    return load(ROOT, "local")


def mistakes(backend: Backend, *parts: str) -> list[str]:
    with pytest.raises(click.UsageError) as refused:
        parse(parts, backend, "local")
    return refused.value.message.splitlines()


def test_a_part_may_be_called_by_its_name_or_its_path(backend: Backend) -> None:
    assert parse(("orders=3", "orders-worker=1"), backend, "local") == {"services.orders": 3, "workers.orders": 1}
    assert parse(("services.orders=6", "workers.orders=4"), backend, "local") == {
        "services.orders": 6,
        "workers.orders": 4,
    }


def test_every_mistake_of_one_call_is_told_in_the_order_of_the_arguments(backend: Backend) -> None:
    tired = (
        "orders=-1",
        "ordres=3",
        "orders-worker=99",
        "orders",
        "orders==3",
        "orders=3.5",
        "orders=\uff11",
        "orders=1",
    )
    file = "in stacks/Pulumi.local.yaml and run `scalewright up local`"
    assert mistakes(backend, *tired) == [
        "orders=-1: it must not be below 0",
        "there is no part 'ordres'. Did you mean 'orders'? There are: orders, orders-worker",
        "orders-worker=99: it must be at most workers.orders.scale.max (4). To pass it, raise workers.orders.scale.max "
        + file,
        "'orders' has no number. Write it as PART=N, for example orders=3",
        "orders==3: '=3' must be a whole number, in digits",
        "orders=3.5: '3.5' must be a whole number, in digits",
        "orders=\uff11: '\uff11' must be a whole number, in digits",
        "orders=1: it must be at least services.orders.scale.min (2). To go below, lower services.orders.scale.min "
        + file,
    ]


@pytest.mark.parametrize(
    ("part", "answers"),
    [
        ("", ["there is no part ''. There are: orders, orders-worker", "'' has no number. Write it as PART=N"]),
        ("=3", ["there is no part ''"]),
        ("orders=", ["'orders=' has no number"]),
        ("orders= 3", ["' 3' must be a whole number"]),
        ("orders=+3", ["'+3' must be a whole number"]),
        ("orders=0x3", ["'0x3' must be a whole number"]),
        ("orders=--3", ["'--3' must be a whole number"]),
        ("orders=" + "9" * 5000, ["must be a whole number"]),
        ("orders=999999999999", ["it must be at most services.orders.scale.max (6)"]),
        ("ORDERS=3", ["there is no part 'ORDERS'. Did you mean 'orders'?"]),
        ("orders-1=3", ["there is no part 'orders-1'. Did you mean 'orders'?"]),
        ("postgres=3", ["there is no part 'postgres'. There are: orders, orders-worker"]),
        ("redis=-1", ["there is no part 'redis'", "redis=-1: it must not be below 0"]),
    ],
)
def test_what_is_wrong_with_one_argument(backend: Backend, part: str, answers: list[str]) -> None:
    told = mistakes(backend, part)
    assert len(told) == len(answers)
    for line, answer in zip(told, answers, strict=True):
        assert answer in line


@pytest.mark.parametrize("again", ["orders=3", "orders=4", "services.orders=4"])
def test_a_part_that_is_given_twice_is_refused_even_with_one_number(backend: Backend, again: str) -> None:
    assert mistakes(backend, "orders=3", again)[0].endswith(" is given twice. Give each part once")


def test_what_does_not_run_is_answered_with_the_command_that_starts_it(tmp_path: Path) -> None:
    (tmp_path / "stacks").symlink_to(ROOT / "stacks")
    told = "scalewright: environment local is not running. Start it with `scalewright up local`"
    assert refuse(tmp_path, "scale", "orders=3") == told
    assert refuse(tmp_path, "scale") == told


def test_an_environment_that_is_not_there_or_not_here_is_told(tmp_path: Path) -> None:
    (tmp_path / "stacks").symlink_to(ROOT / "stacks")
    assert "the environments are dev, local, prod, staging" in refuse(
        tmp_path, "scale", "orders=3", "-e", "lokal", status=2
    )
    assert "environment prod is on platform kubernetes" in refuse(tmp_path, "scale", "orders=3", "-e", "prod")
    assert "'../local' is no name of an environment" in refuse(
        tmp_path, "scale", "orders=3", "-e", "../local", status=2
    )
