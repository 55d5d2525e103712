from typing import Any

from scalewright.local.doctor.statements import Session, judge


def session(pid: int, **fields: Any) -> Session:
    values = {"application": "orders-1", "state": "active", "transaction": 0.1, "since": 0.1, "blocked_by": ()}
    return Session(pid=pid, statement="SELECT 1", **{**values, **fields})


def test_a_holder_of_a_lock_is_named_with_what_it_did_who_waits_and_how_to_end_it() -> None:
    holder = session(7, application="psql", state="idle in transaction", transaction=90, since=88)
    (found,) = judge("postgres", [holder, session(8, since=2, blocked_by=(7,)), session(9, since=5, blocked_by=(7,))])
    assert found.level == "trouble"
    assert found.seen == "2 wait for a lock, orders-1 (pid 9) for 5.0 s: SELECT 1"
    assert found.cause == "psql (pid 7) holds it, idle in transaction for 88 s after: SELECT 1"
    assert found.remedy == 'scalewright exec postgres -- -c "SELECT pg_terminate_backend(7)"'


def test_of_a_chain_of_waits_only_the_one_at_its_head_is_to_blame() -> None:
    chain = [session(1, transaction=20, since=20), *(session(pid, since=15, blocked_by=(pid - 1,)) for pid in (2, 3))]
    found = list(judge("postgres", chain))
    assert [one.remedy for one in found if "pg_terminate_backend(1)" in str(one.remedy)] == [found[0].remedy]
    assert len(found) == 1


def test_locks_that_are_held_for_a_moment_and_short_statements_are_no_matter() -> None:
    assert not list(judge("postgres", [session(7, transaction=1), session(8, since=0.5, blocked_by=(7,)), session(9)]))


def test_long_statements_are_notes_and_very_long_ones_troubles() -> None:
    ten, minute = judge("postgres", [session(1, since=12), session(2, since=61, state="idle in transaction")])
    assert (ten.level, minute.level) == ("note", "trouble")
    assert ten.seen == "orders-1 (pid 1) is at one statement for 12 s: SELECT 1"
    assert "keeps its locks" in str(minute.cause)


def test_values_of_a_statement_are_not_shown_even_where_it_was_cut_off() -> None:
    one = session(1)
    whole = "ALTER  ROLE x\n PASSWORD 's3''cret'  VALID UNTIL 'never'"
    assert Session(**{**vars(one), "statement": whole}).text == "ALTER ROLE x PASSWORD '...' VALID UNTIL '...'"
    assert Session(**{**vars(one), "statement": "SELECT 'secr"}).text == "SELECT '...'"
    assert len(Session(**{**vars(one), "statement": "x" * 500}).text) == 70
