from scalewright.plan.diff import FieldChange, diff
from scalewright.plan.records import HttpHealth, Process, SecretValue

ORDERS = Process(
    name="orders-1",
    noun="services.orders",
    command=("python", "-m", "uvicorn", "--port", "20001"),
    environment={"DATABASE_POOL_SIZE": "5", "KEY": SecretValue(secret="redis")},
    directory="/app",
    port=20001,
    health=HttpHealth(port=20001, path="/readyz"),
    files={"orders.conf": "a = 1\nb = 2\nc = 3\n"},
)


def changes(before: Process, after: Process) -> tuple[FieldChange, ...]:
    (change,) = diff({before.name: before}, {after.name: after}).changes
    return change.fields


def test_equal_records_are_unchanged_and_the_diff_is_false() -> None:
    result = diff({"orders-1": ORDERS}, {"orders-1": ORDERS.model_copy()})
    assert result.named("unchanged") == ("orders-1",)
    assert not result


def test_records_on_one_side_only_are_added_or_removed_and_the_removed_come_last() -> None:
    result = diff({"old": ORDERS, "kept": ORDERS}, {"new": ORDERS, "kept": ORDERS})
    assert [(change.name, change.action) for change in result.changes] == [
        ("new", "added"),
        ("kept", "unchanged"),
        ("old", "removed"),
    ]
    assert result


def test_a_change_deep_in_a_record_is_named_by_its_path() -> None:
    after = ORDERS.model_copy(update={"environment": {"DATABASE_POOL_SIZE": "7", "KEY": SecretValue(secret="other")}})
    assert changes(ORDERS, after) == (
        FieldChange(path="environment.DATABASE_POOL_SIZE", before="5", after="7"),
        FieldChange(path="environment.KEY.secret", before="redis", after="other"),
    )


def test_a_list_of_the_same_length_is_compared_by_element_and_another_as_a_whole() -> None:
    moved = ORDERS.model_copy(update={"command": (*ORDERS.command[:-1], "20002")})
    assert changes(ORDERS, moved) == (FieldChange(path="command[4]", before="20001", after="20002"),)
    shorter = ORDERS.model_copy(update={"command": ("true",)})
    assert changes(ORDERS, shorter) == (FieldChange(path="command", before=list(ORDERS.command), after=["true"]),)


def test_of_a_text_only_the_lines_that_differ_are_shown() -> None:
    after = ORDERS.model_copy(update={"files": {"orders.conf": "a = 1\nb = 9\nc = 3\n"}})
    assert changes(ORDERS, after) == (FieldChange(path="files.orders.conf", before="b = 2", after="b = 9"),)


def test_a_field_that_comes_or_goes_has_no_value_on_the_other_side() -> None:
    after = ORDERS.model_copy(update={"port": None, "environment": {**ORDERS.environment, "NEW": "1"}})
    assert changes(ORDERS, after) == (
        FieldChange(path="environment.NEW", before=None, after="1"),
        FieldChange(path="port", before=20001, after=None),
    )
