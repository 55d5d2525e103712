from dataclasses import replace

from scalewright.local.doctor.finding import trouble
from scalewright.local.doctor.services import Answer, judge, judge_gateway, judge_pool
from scalewright.local.doctor.vitals import Vitals

NOW = 1_000_000.0
WELL = Vitals("orders-1", "running", 42, NOW - 600, starts=(NOW - 600,))
OK = Answer(200, 0.01, "")
LATE = Answer(None, 2.0, "timed out")
REFUSED = Answer(None, 0.0, "[Errno 111] Connection refused")
CALM = {"load": 0.5, "now": NOW}


def test_a_fast_answer_is_well_a_slow_one_noted_and_a_very_slow_one_a_trouble() -> None:
    assert judge(WELL, OK, [OK], None, **CALM).seen == "ready in 10 ms"
    assert judge(WELL, OK, [Answer(200, 0.4, "")], None, **CALM).level == "note"
    slow = judge(WELL, OK, [Answer(200, 1.7, "")], None, **CALM)
    assert (slow.level, slow.seen) == ("trouble", "slow: ready in 1.7 s")
    assert "event loop" in str(slow.cause)


def test_the_middle_answer_counts_so_that_one_hiccup_is_no_trouble() -> None:
    assert judge(WELL, OK, [Answer(200, 0.9, ""), OK, OK], None, **CALM).level == "ok"


def test_slow_answers_are_due_to_an_exhausted_pool_or_an_overloaded_machine_where_there_is_one() -> None:
    slow = [Answer(200, 1.7, "")]
    assert judge(WELL, OK, slow, None, load=4.0, now=NOW).cause == "the machine is overloaded (load 4.0 for each core)"
    full = trouble("orders-1", "10 of 10", None, "")
    assert "pool is exhausted" in str(judge(WELL, OK, slow, full, load=4.0, now=NOW).cause)


def test_a_replica_that_lives_and_is_not_ready_is_told_from_one_that_hangs() -> None:
    assert "it lives" in str(judge(WELL, OK, [LATE], None, **CALM).cause)
    hangs = judge(WELL, LATE, [LATE], None, **CALM)
    assert hangs.seen == "no answer in 2.0 s, not even whether it is alive"
    assert hangs.cause == "its event loop is blocked"
    refusing = judge(WELL, OK, [Answer(503, 0.1, '{"database":\n"unavailable"}')], None, **CALM)
    assert refusing.seen == 'is not ready: 503 {"database": "unavailable"}'


def test_a_frozen_replica_goes_on_and_one_that_was_just_started_is_waited_for() -> None:
    assert judge(replace(WELL, frozen=(42,)), LATE, [LATE], None, **CALM).remedy == "kill -CONT 42"
    assert judge(replace(WELL, condition="failed"), LATE, [REFUSED], None, **CALM).cause == "its process is failed"
    young = replace(WELL, started=NOW - 2, starts=(NOW - 2,))
    assert judge(young, REFUSED, [REFUSED], None, **CALM).level == "note"
    looping = replace(young, starts=(NOW - 20, NOW - 10, NOW - 2))
    assert judge(looping, REFUSED, [REFUSED], None, **CALM).level == "trouble"
    assert judge(WELL, REFUSED, [REFUSED], None, **CALM).seen == "nobody listens on its port"


def test_a_pool_is_exhausted_when_all_it_may_have_is_in_use() -> None:
    assert judge_pool("orders-1", {"primary": 3, "replica": 5}, 10) is None
    assert judge_pool("orders-1", {}, 10) is None
    assert getattr(judge_pool("orders-1", {"primary": 9}, 10), "level", "") == "note"
    found = judge_pool("orders-1", {"primary": 10, "replica": 1}, 10)
    assert found is not None
    assert (found.level, found.seen) == ("trouble", "10 of 10 connections of its pool to primary in use")


def test_the_gateway_must_answer_by_routes_that_are_in_force() -> None:
    assert judge_gateway("running", [OK], OK, 8080, load=0.5, frozen=()).level == "ok"
    assert judge_gateway("running", [LATE], LATE, 8080, load=0.5, frozen=(9,)).remedy == "kill -CONT 9"
    stale = judge_gateway("running", [Answer(404, 0.01, "")], OK, 8080, load=0.5, frozen=())
    assert stale.seen == "its routes are not in force: 404"
    slow = Answer(200, 1.5, "")
    assert judge_gateway("running", [slow, slow], slow, 8080, load=5.0, frozen=()).level == "trouble"
