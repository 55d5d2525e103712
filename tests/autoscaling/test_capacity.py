"""The arithmetic of what is asked of one bound."""

from __future__ import annotations

from scalewright.autoscaling.capacity import Account, Holder, Line


def account(*holders: Holder, bound: int = 100, fixed: tuple[Line, ...] = ()) -> Account:
    return Account(
        name="postgres", unit="connections", bound=bound, bound_from="max_connections", holders=holders, fixed=fixed
    )


def lines(one: Account) -> list[str]:
    return [
        f"{line.label}: {' x '.join(f'{value} {label}' for label, value in line.terms)} = {line.amount}"
        for line in one.budget().lines
    ]


def test_replicas_times_processes_times_the_pool_of_each_are_a_line() -> None:
    web = Holder(name="web", replicas=10, processes=4, size=20, overflow=10)
    assert lines(account(web)) == ["web: 10 replicas x 4 processes x 30 each (20 + 10) = 1200"]


def test_replicas_that_a_rollout_adds_are_a_line_of_their_own() -> None:
    web = Holder(name="web", replicas=10, surge_percent=25, processes=4, size=30)
    assert lines(account(web)) == [
        "web: 10 replicas x 4 processes x 30 each = 1200",
        "web, while it is replaced: 3 replicas x 4 processes x 30 each = 360",
    ]


def test_the_parent_of_processes_may_hold_as_much_as_they_do() -> None:
    worker = Holder(name="worker", replicas=20, processes=2, parents=1, size=2, overflow=2)
    assert lines(account(worker)) == ["worker: 20 replicas x 3 processes (2 + 1) x 4 each (2 + 2) = 240"]


def test_a_pooler_holds_something_besides_its_pool() -> None:
    pooler = Holder(name="pooler", noun="instances", replicas=3, surge=1, size=40, beside=1)
    assert account(pooler).total == 4 * 41
    assert lines(account(pooler))[0] == "pooler: 3 instances x 41 each (40 + 1) = 123"


def test_a_sum_fits_up_to_its_bound_and_no_further() -> None:
    reserved = Line.product("reserved", ("superuser_reserved_connections", 3))
    web = Holder(name="web", replicas=97, size=1)
    assert account(web, fixed=(reserved,)).fits
    assert not account(Holder(name="web", replicas=98, size=1), fixed=(reserved,)).budget().fits


def test_the_total_is_the_sum_of_the_lines() -> None:
    web = Holder(name="web", replicas=7, surge_percent=25, processes=3, size=5, overflow=2)
    worker = Holder(name="worker", replicas=3, surge=1, processes=2, parents=1, size=4, beside=2)
    one = account(web, worker, fixed=(Line.product("reserved", ("connections", 3)),))
    assert one.budget().total == one.total == (7 + 2) * 3 * 7 + (3 + 1) * (3 * 4 + 2) + 3
