from scalewright.local.doctor.finding import Finding
from scalewright.local.doctor.replication import Slot, Stream, judge, judge_replay, judge_wal

NAME, SLOT = "postgres-replica-1", "postgres_replica_1"
MIB = 2**20


def only(stream: Stream | None, slot: Slot | None) -> Finding:
    (found,) = judge({NAME: SLOT}, {NAME: stream} if stream else {}, {SLOT: slot} if slot else {})
    return found


def test_a_replica_that_streams_is_well_and_one_that_falls_behind_is_not() -> None:
    kept = Slot("reserved", 0)
    assert only(Stream("streaming", 10), kept).level == "ok"
    assert only(Stream("streaming", 20 * MIB), kept).level == "note"
    assert only(Stream("streaming", 300 * MIB), kept).seen == "streaming, 300 MiB behind"
    assert only(Stream("streaming", 300 * MIB), kept).level == "trouble"
    assert only(Stream("catchup", 1), kept).level == "trouble"


def test_a_replica_that_does_not_stream_is_told_with_what_is_kept_for_it() -> None:
    found = only(None, Slot("extended", 40 * MIB))
    assert (found.level, found.seen) == ("trouble", "does not stream; the primary keeps 40 MiB for it")
    assert found.remedy == "scalewright logs postgres-replica-1"


def test_a_replica_whose_slot_is_lost_or_gone_is_copied_anew_by_up() -> None:
    for slot in (Slot("lost", 0), None):
        found = only(Stream("streaming", 0), slot)
        assert (found.level, found.remedy) == ("trouble", "scalewright up")


def test_a_paused_replay_is_the_cause_of_a_lag_and_a_late_one_has_its_age() -> None:
    paused = judge_replay(NAME, 7, paused=True, late=3)
    assert paused is not None
    assert (paused.level, paused.remedy) == ("trouble", "kill -INT 7")
    assert judge_replay(NAME, 7, paused=False, late=3) is None
    assert getattr(judge_replay(NAME, 7, paused=False, late=10), "level", "") == "note"
    assert getattr(judge_replay(NAME, 7, paused=False, late=40), "level", "") == "trouble"


def test_a_large_log_names_the_slots_that_keep_it() -> None:
    assert judge_wal("postgres", 100 * MIB, {}) is None
    found = judge_wal("postgres", 4096 * MIB, {SLOT: Slot("extended", 1000 * MIB)})
    assert found is not None
    assert found.cause == "kept for postgres_replica_1 1000 MiB"
