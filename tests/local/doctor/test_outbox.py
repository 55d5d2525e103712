from dataclasses import replace

from scalewright.local.doctor.outbox import judge
from scalewright.local.doctor.scene import Away
from scalewright.local.doctor.vitals import Vitals

WELL = Vitals("orders-relay", "running", 42, 0.0, beats=True, heartbeat=1.0, within=15.0)


def test_an_outbox_that_is_empty_or_empties_is_well() -> None:
    assert judge("orders", 0, 0, WELL).level == "ok"
    assert judge("orders", 900, 500, WELL).seen == "500 tasks wait to be sent"
    assert judge("orders", 900, 500, WELL).level == "ok"


def test_a_relay_that_is_frozen_silent_restarted_or_missing_is_the_cause() -> None:
    frozen = judge("orders", 3, 3, replace(WELL, frozen=(42,)))
    assert (frozen.level, frozen.cause, frozen.remedy) == ("trouble", "its relay is frozen (state T)", "kill -CONT 42")
    assert judge("orders", 3, 3, None).remedy == "scalewright up"
    assert judge("orders", 3, 3, replace(WELL, condition="failed")).cause == "its relay is failed"
    silent = replace(WELL, heartbeat=30.0, lines=("Connection refused",))
    assert "what it needs does not answer" in str(judge("orders", 3, 3, silent).cause)
    away = judge("orders", 3, 3, silent, Away("redis", "frozen", (7,)))
    assert away.cause == "its relay shows no heartbeat: redis, which it needs, is frozen"
    assert away.remedy == "kill -CONT 7"


def test_a_healthy_relay_that_cannot_keep_up_is_a_note_until_there_are_very_many() -> None:
    assert judge("orders", 50, 60, WELL).level == "note"
    assert judge("orders", 50_000, 60_000, WELL).level == "trouble"
