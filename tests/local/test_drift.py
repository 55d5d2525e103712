from scalewright.local.drift import turned
from scalewright.plan.diff import Change, Diff, FieldChange


def seen(*changes: Change) -> list[Change]:
    return list(turned(Diff(changes=changes)).changes)


def test_what_up_would_start_is_gone_and_what_it_would_stop_nobody_asked_for() -> None:
    assert seen(Change(name="redis", action="added"), Change(name="orders-9", action="removed")) == [
        Change(name="redis", action="removed"),
        Change(name="orders-9", action="added"),
    ]


def test_what_was_applied_comes_before_what_runs() -> None:
    wanted = FieldChange(path="condition", before="failed", after="running")
    [found] = seen(Change(name="orders-1", action="changed", fields=(wanted,)))
    assert found.fields == (FieldChange(path="condition", before="running", after="failed"),)


def test_code_that_was_edited_since_is_no_drift() -> None:
    edited = FieldChange(path="source", before="1f", after="2e")
    assert seen(Change(name="orders-1", action="changed", fields=(edited,))) == [
        Change(name="orders-1", action="unchanged")
    ]
