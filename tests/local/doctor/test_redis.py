from typing import Any

from scalewright.local.doctor.finding import Finding
from scalewright.local.doctor.redis import judge, latency, refused

MIB = 2**20
INFO: dict[str, Any] = {
    "used_memory": 10 * MIB,
    "maxmemory": 100 * MIB,
    "maxmemory_policy": "noeviction",
    "connected_clients": 10,
    "maxclients": 10000,
    "aof_last_write_status": "ok",
}


def first(**changed: Any) -> Finding:
    return next(iter(judge({**INFO, **changed})))


def test_a_server_that_is_well_has_its_figures() -> None:
    (found,) = judge(INFO)
    assert (found.level, found.seen) == ("ok", "10.0 of 100.0 MiB used (noeviction)")


def test_a_full_broker_refuses_writes_and_one_that_evicts_may_lose_tasks() -> None:
    full = first(used_memory=99 * MIB, errorstat_OOM={"count": 12})
    assert (full.level, full.seen) == ("trouble", "99.0 of 100.0 MiB used (noeviction), 12 writes refused so far")
    assert full.cause == "out of memory: it refuses writes, so no task can be sent"
    assert full.remedy == "scalewright up  # after raising redis.memory in the overlay"
    assert first(used_memory=85 * MIB).level == "note"
    assert "it evicts keys" in str(first(used_memory=99 * MIB, maxmemory_policy="allkeys-lru").cause)
    assert first(used_memory=99 * MIB, maxmemory=0).level == "ok"


def test_a_file_that_cannot_be_written_and_connections_that_are_used_up_are_troubles() -> None:
    _, unwritten = judge({**INFO, "aof_last_write_status": "err"})
    assert "the disk is full" in str(unwritten.cause)
    _, crowded = judge({**INFO, "connected_clients": 10000, "rejected_connections": 3})
    assert crowded.seen == "10000 of 10000 connections used, 3 refused so far"


def test_why_it_does_not_answer_is_told_by_its_process_and_its_words() -> None:
    assert refused("Connection refused", "failed", frozen=()).cause == "its process is failed"
    assert refused("Timeout", "running", frozen=(7,)).remedy == "kill -CONT 7"
    wrong = refused("invalid username-password pair or user is disabled.", "running", frozen=())
    assert wrong.remedy == "scalewright down && scalewright up"
    assert "reads its file" in str(refused("Redis is loading the dataset in memory", "running", frozen=()).cause)
    assert "hangs" in str(refused("Timeout reading from socket", "running", frozen=()).cause)


def test_a_slow_answer_is_first_noted() -> None:
    assert [latency(seconds).level for seconds in (0.001, 0.2, 0.9)] == ["ok", "note", "trouble"]
