"""The smallest changes after which a sum fits: each is enough, and one step less is not."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given, seed, settings
from hypothesis import strategies as st

from scalewright.autoscaling.capacity import Account, Holder, Knobs, Line
from scalewright.autoscaling.remedies import judged, remedies

KNOBS = Knobs("web.max", "web.processes", "web.size", "web.overflow")
CLASSIC = Holder(name="web", replicas=10, fewest=3, processes=4, size=20, overflow=10, knobs=KNOBS)
RESERVED = Line.product("reserved", ("connections", 3))


def account(bound: int, *holders: Holder) -> Account:
    return Account(
        name="postgres",
        unit="connections",
        bound=bound,
        bound_from="max_connections",
        bound_knob="max_connections",
        holders=holders,
        fixed=(RESERVED,),
    )


def test_the_smallest_change_of_each_kind_is_named() -> None:
    assert judged(account(450, CLASSIC)).remedies == (
        "lower web.size from 20 to 8 and web.overflow from 10 to 3",
        "lower web.max from 10 to 3",
        "lower web.processes from 4 to 1",
        "raise max_connections from 450 to 1,203",
    )


def test_what_would_not_suffice_is_not_named() -> None:
    assert judged(account(100, CLASSIC)).remedies == (
        "lower web.size from 20 to 2 and web.overflow from 10 to 0",
        "raise max_connections from 100 to 1,203",
    )


def test_fewer_replicas_than_there_must_be_are_no_remedy() -> None:
    held = replace(CLASSIC, fewest=4)
    assert "web.max" not in str([one.settings for one in remedies(account(450, held))])


def test_what_nobody_can_set_is_not_named() -> None:
    assert remedies(replace(account(100, replace(CLASSIC, knobs=Knobs())), bound_knob="")) == ()


def test_where_no_single_holder_is_to_blame_all_of_them_are_held_to_one_share() -> None:
    other = replace(CLASSIC, name="api", knobs=Knobs("api.max", "api.processes", "api.size", "api.overflow"))
    found = [one for one in remedies(account(243, CLASSIC, other)) if len(one.settings) == 4]
    assert [one.settings for one in found] == [
        (("web.size", 2), ("web.overflow", 1), ("api.size", 2), ("api.overflow", 1))
    ]
    assert found[0].after.total == 243


def test_of_many_holders_the_greatest_are_looked_at_and_all_of_them_in_one_sentence() -> None:
    many = [
        replace(CLASSIC, name=f"web{n}", replicas=3 + n, knobs=Knobs(*(f"web{n}.{one}" for one in Knobs._fields)))
        for n in range(20)
    ]
    found = remedies(account(29_500, *many))
    assert {change.settings[0][0].partition(".")[0] for change in found[:-2]} == {"web19", "web18", "web17"}
    assert found[-2].text == "lower what every process holds to at most 29"
    assert found[-2].after.fits


def test_a_bound_that_several_servers_share_is_raised_by_what_each_of_them_must_take() -> None:
    shared = replace(account(1200, CLASSIC), bound_times=2)
    assert judged(shared).remedies[-1] == "raise max_connections from 600 to 602"
    assert remedies(shared)[-1].after.bound == 1204


def test_a_sum_that_fits_has_no_remedies() -> None:
    assert judged(account(1203, CLASSIC)).remedies == ()


HOLDERS = st.builds(
    Holder,
    name=st.just("web"),
    replicas=st.integers(1, 40),
    fewest=st.integers(0, 5),
    surge=st.integers(0, 2),
    surge_percent=st.integers(0, 100),
    processes=st.integers(1, 8),
    parents=st.integers(0, 1),
    size=st.integers(1, 40),
    overflow=st.integers(0, 40),
    beside=st.integers(0, 2),
    knobs=st.just(KNOBS),
)


@seed(7)
@settings(max_examples=300, deadline=None)
@given(HOLDERS, st.integers(4, 2000))
def test_every_remedy_fits_and_one_step_less_does_not(holder: Holder, bound: int) -> None:
    one = account(bound, holder)
    if one.fits:
        return
    for change in remedies(one):
        assert change.after.fits
        after = change.after.holders[0]
        if after.replicas != holder.replicas:
            assert not one.changed(holder, replicas=after.replicas + 1).fits
        elif after.processes != holder.processes:
            assert not one.changed(holder, processes=after.processes + 1).fits
        elif after.each != holder.each:
            assert not one.changed(holder, size=after.size + 1, overflow=after.overflow).fits
        else:
            assert change.after.bound == one.total


@pytest.mark.parametrize("bound", [0, 2])
def test_a_bound_below_what_is_fixed_can_only_be_raised(bound: int) -> None:
    assert [one.settings for one in remedies(account(bound, CLASSIC))] == [(("max_connections", 1203),)]
