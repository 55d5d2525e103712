"""The circuit breaker, the back-off, and questions that are not waited for."""

import asyncio

import pytest

from shop.kit import resilience
from shop.kit.resilience import Backoff, CircuitBreaker, answers_within


class Clock:
    """Monotonic time that a test moves."""

    now = 100.0

    def monotonic(self) -> float:
        return self.now


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    clock = Clock()
    monkeypatch.setattr(resilience, "time", clock)
    return clock


def _failed(breaker: CircuitBreaker, times: int) -> CircuitBreaker:
    for _ in range(times):
        breaker.failed()
    return breaker


def test_a_circuit_opens_after_failures_in_a_row(clock: Clock) -> None:
    breaker = _failed(CircuitBreaker(failures=3, cooldown=2), 2)
    assert breaker.allows()
    breaker.failed()
    assert not breaker.allows()


def test_a_success_starts_the_count_again(clock: Clock) -> None:
    breaker = _failed(CircuitBreaker(failures=3, cooldown=2), 2)
    breaker.succeeded()
    assert _failed(breaker, 2).allows()


def test_after_the_cooldown_one_caller_tries(clock: Clock) -> None:
    breaker = _failed(CircuitBreaker(failures=3, cooldown=2), 3)
    clock.now += 2
    assert [breaker.allows() for _ in range(3)] == [True, False, False]


def test_a_successful_try_closes_the_circuit(clock: Clock) -> None:
    breaker = _failed(CircuitBreaker(failures=3, cooldown=2), 3)
    clock.now += 2
    assert breaker.allows()
    breaker.succeeded()
    assert [breaker.allows() for _ in range(2)] == [True, True]


def test_a_failed_try_opens_the_circuit_again(clock: Clock) -> None:
    breaker = _failed(CircuitBreaker(failures=3, cooldown=2), 3)
    clock.now += 2
    assert breaker.allows()
    breaker.failed()
    clock.now += 1.9
    assert not breaker.allows()
    clock.now += 0.1
    assert breaker.allows()


def test_a_backoff_doubles_up_to_its_bound_until_it_is_reset() -> None:
    backoff = Backoff(first=0.1, last=0.5)
    assert [backoff.next() for _ in range(4)] == pytest.approx([0.1, 0.2, 0.4, 0.5])
    backoff.reset()
    assert backoff.next() == 0.1


async def _answer(answer: bool) -> bool:
    return answer


async def test_questions_are_answered_in_their_order() -> None:
    assert await answers_within(60, _answer(True), _answer(False), _answer(True)) == [True, False, True]
    assert await answers_within(60) == []


async def test_a_question_that_takes_long_even_to_give_up_counts_as_no() -> None:
    cancelled, release, ended = asyncio.Event(), asyncio.Event(), asyncio.Event()

    async def stubborn() -> bool:
        try:
            return await asyncio.Event().wait()
        finally:
            cancelled.set()
            await release.wait()
            ended.set()

    assert await answers_within(0.01, stubborn(), _answer(True)) == [False, True]
    await cancelled.wait()
    assert not ended.is_set()
    release.set()
    await ended.wait()
