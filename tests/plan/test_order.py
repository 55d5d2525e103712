import pytest

from scalewright.plan.order import ordered
from scalewright.plan.records import Process


def process(name: str, *depends_on: str) -> Process:
    return Process(name=name, noun="test", command=("true",), directory="/", depends_on=depends_on)


def test_a_process_comes_after_those_it_depends_on() -> None:
    plan = ordered(
        [process("gateway", "orders"), process("orders", "postgres", "redis"), process("redis"), process("postgres")]
    )
    names = [one.name for one in plan]
    assert names.index("postgres") < names.index("orders") < names.index("gateway")
    assert names.index("redis") < names.index("orders")


def test_a_missing_dependency_is_named_with_who_needs_it() -> None:
    with pytest.raises(ValueError, match="orders depends on postgres, which the plan does not have"):
        ordered([process("orders", "postgres")])


def test_a_circle_is_shown_as_its_path() -> None:
    with pytest.raises(ValueError, match=r"the plan depends on itself: (a -> b -> a|b -> a -> b)"):
        ordered([process("a", "b"), process("b", "a")])
