import pytest

from scalewright.local.doctor.refusal import judge

REACHED = 'connection failed: connection to server at "127.0.0.1", port 1 failed: '


@pytest.mark.parametrize(
    ("message", "cause", "remedy"),
    [
        (
            f'{REACHED}FATAL:  password authentication failed for user "shop"',
            "is not the password that the server knows",
            "scalewright down && scalewright up",
        ),
        (f"{REACHED}FATAL:  sorry, too many clients already", "every connection is in use", "max_connections"),
        (f"{REACHED}FATAL:  remaining connection slots are reserved", "too many connections", "max_connections"),
        (f"{REACHED}FATAL:  the database system is starting up", "it replays its log", "logs postgres"),
        (f"{REACHED}FATAL:  the database system is in recovery mode", "starts all of them anew", "logs postgres"),
        (f"{REACHED}FATAL:  the database system is shutting down", "it is being stopped", "scalewright up"),
        (f'{REACHED}FATAL:  database "shop" does not exist', "was dropped", "scalewright restore"),
        (f"{REACHED}Connection refused\n\tIs the server running?", "nobody listens on its port", "logs postgres"),
        ("connection timeout expired", "does not answer", "logs postgres"),
    ],
)
def test_each_refusal_of_postgresql_has_its_cause_and_a_remedy(message: str, cause: str, remedy: str) -> None:
    found = judge("postgres", "running", message, frozen=())
    assert found.level == "trouble"
    assert cause in str(found.cause)
    assert remedy in str(found.remedy)


def test_what_is_seen_is_the_servers_own_sentence() -> None:
    found = judge("postgres", "running", f"{REACHED}FATAL:  the database system is starting up\n", frozen=())
    assert found.seen == "refuses connections: the database system is starting up"


def test_a_process_that_does_not_run_or_is_frozen_is_the_cause_whatever_the_client_says() -> None:
    assert judge("postgres", "restarting", "Connection refused", frozen=()).cause == "its process is restarting"
    assert judge("postgres", "failed", "Connection refused", frozen=()).remedy == "scalewright up"
    assert judge("postgres", "running", "timeout", frozen=(7, 8)).remedy == "kill -CONT 7 8"
