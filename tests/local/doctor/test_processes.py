from dataclasses import replace
from typing import Any

import pytest

from scalewright.local.doctor.deaths import Death
from scalewright.local.doctor.finding import Finding
from scalewright.local.doctor.memory import Kills
from scalewright.local.doctor.processes import judge, judge_job, last_burst
from scalewright.local.doctor.scene import Away
from scalewright.local.doctor.vitals import Vitals, starts

NOW = 1_000_000.0
WELL = Vitals("orders-1", "running", pid=42, started=NOW - 600, starts=(NOW - 600,), files=30, files_allowed=1024)


def only(one: Vitals, *, away: Away | None = None, kills: Kills = Kills(0)) -> Finding:  # noqa: B008 - immutable
    (finding,) = judge(one, away, NOW, kills)
    return finding


def killed(ago: float, **fields: Any) -> Vitals:
    death = Death("orders-1", NOW - ago, "terminated by SIGKILL", pid=41)
    return replace(WELL, **{"deaths": (death,), "starts": (NOW - 600, NOW - ago + 1), **fields})


def test_a_process_that_is_well_is_passed_over() -> None:
    assert not list(judge(WELL, None, NOW, Kills(3)))


def test_a_kill_is_by_hand_where_the_kernel_killed_nothing() -> None:
    found = only(killed(12))
    assert (found.level, found.seen) == ("trouble", "was killed by SIGKILL 12 s ago, started again")
    assert "somebody's `kill -9`" in str(found.cause)
    assert found.remedy == "scalewright logs orders-1"


def test_a_kill_is_for_lack_of_memory_where_the_kernels_log_names_the_process() -> None:
    assert only(killed(300), kills=Kills(1, frozenset({41}))).level == "trouble"
    assert "out of memory: the kernel killed it" in str(only(killed(12), kills=Kills(1, frozenset({41}))).cause)
    assert "out of memory, perhaps" in str(only(killed(12), kills=Kills(1, frozenset({99}))).cause)


def test_one_kill_by_hand_is_a_note_once_it_is_mended_and_forgotten_after_a_while_or_a_start_on_purpose() -> None:
    assert only(killed(100)).level == "note"
    assert not list(judge(killed(3600), None, NOW, Kills(0)))
    assert not list(judge(killed(12, starts=(NOW - 5,)), None, NOW, Kills(0)))
    twice = killed(100, deaths=killed(200).deaths + killed(100).deaths)
    assert (only(twice).level, only(twice).seen) == (
        "trouble",
        "was killed by SIGKILL 2 times, last 100 s ago, started again",
    )


@pytest.mark.parametrize("condition", ["running", "restarting", "failed"])
def test_a_crash_loop_has_its_starts_its_time_and_its_last_words(condition: str) -> None:
    looping = replace(
        WELL,
        condition=condition,
        starts=(NOW - 600, NOW - 20, NOW - 12, NOW - 4),
        deaths=(Death("orders-1", NOW - 2, "exit status 1"),),
        lines=("Traceback", "ModuleNotFoundError: No module named 'nothing'"),
    )
    found = only(looping)
    assert found.level == "trouble"
    assert found.seen.startswith("crash loop: started 3 times in 18 s, last exit status 1, ")
    assert "Python finds no module nothing; its log ends with: ModuleNotFoundError" in str(found.cause)
    assert found.remedy == "scalewright up  # after mending that"


def test_a_crash_loop_whose_port_is_taken_is_mended_by_up_which_chooses_another() -> None:
    assert only(replace(WELL, condition="failed", lines=("address already in use",))).remedy == "scalewright up"
    assert only(replace(WELL, condition="failed", lines=("farewell",))).remedy == "scalewright logs orders-1"


def test_starts_that_lie_far_apart_are_no_loop() -> None:
    assert last_burst((0.0, 100.0, 110.0, 125.0)) == [100.0, 110.0, 125.0]
    assert last_burst(()) == []
    assert not list(judge(replace(WELL, starts=(NOW - 200, NOW - 130, NOW - 65)), None, NOW, Kills(0)))
    assert not list(judge(replace(WELL, starts=(NOW - 50, NOW - 40, NOW - 25)), None, NOW, Kills(0)))


def test_a_frozen_process_is_told_by_its_pids_and_how_it_goes_on() -> None:
    found = only(replace(WELL, frozen=(42, 43), beats=True))
    assert (found.seen, found.remedy) == ("is frozen (state T, pid 42, 43)", "kill -CONT 42 43")
    assert "has 1 frozen processes below it" in only(replace(WELL, frozen=(43,))).seen


def test_a_silent_process_is_told_from_one_that_was_only_just_started() -> None:
    silent = replace(WELL, beats=True, within=15.0, heartbeat=40.0, lines=("WARNING Connection refused",))
    assert only(silent).seen == "no heartbeat for 40 s, 15 s are allowed"
    assert "what it needs does not answer" in str(only(silent).cause)
    assert not list(judge(replace(silent, heartbeat=14.0), None, NOW, Kills(0)))
    young = replace(silent, heartbeat=None, started=NOW - 3, starts=(NOW - 3,))
    assert only(young).level == "note"
    assert only(replace(young, started=NOW - 30)).level == "trouble"


def test_a_process_is_silent_because_of_what_it_needs_where_that_is_away() -> None:
    silent = replace(WELL, beats=True, within=15.0, heartbeat=40.0)
    found = only(silent, away=Away("redis", "frozen", (7,)))
    assert (found.cause, found.remedy) == ("redis, which it needs, is frozen", "kill -CONT 7")
    assert only(silent, away=Away("redis", "failed", ())).remedy == "scalewright logs redis"


def test_a_process_that_ended_by_itself_once_is_a_note_and_one_that_crashed_a_trouble() -> None:
    ended = replace(WELL, deaths=(Death("orders-1", NOW - 50, "exit status 1"),))
    assert (only(ended).level, only(ended).seen) == ("note", "ended 50 s ago (exit status 1), started again")
    crashed = replace(WELL, deaths=(Death("orders-1", NOW - 50, "terminated by SIGSEGV"),))
    assert only(crashed).level == "trouble"


def test_a_process_that_soon_may_open_no_more_files_is_a_trouble() -> None:
    found = only(replace(WELL, files=900))
    assert found.seen == "has 900 files and connections open, of 1024"
    assert found.remedy == "sudo prlimit --pid 42 --nofile=4096:4096"


def test_a_stopped_process_and_a_job_that_was_not_done_are_brought_by_up() -> None:
    assert only(replace(WELL, condition="stopped")).remedy == "scalewright up"
    job = judge_job("migrations", ["alembic.util.exc.CommandError: no such revision"])
    assert (job.level, job.remedy) == ("trouble", "scalewright up")
    assert "CommandError: no such revision" in str(job.cause)


def test_a_start_that_was_cut_short_by_a_power_cut_is_none() -> None:
    assert starts("12.500\n13.250\n14.") == (12.5, 13.25)
