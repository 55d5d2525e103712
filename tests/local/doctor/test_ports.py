import os
import socket
from collections.abc import Iterator

import pytest

from scalewright.local.doctor.ports import look


@pytest.fixture
def taken() -> Iterator[int]:
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield server.getsockname()[1]


def test_a_gateway_port_that_another_process_holds_is_a_trouble_that_names_it(taken: int) -> None:
    gateway, _ = look(taken, {}, set())
    assert gateway.level == "trouble"
    assert f"gateway.port is {taken}, but that port of 127.0.0.1 is taken" in gateway.seen
    assert gateway.remedy == f"kill {os.getpid()}"


def test_a_gateway_port_that_is_ours_or_free_is_well(taken: int) -> None:
    ours, _ = look(taken, {}, {taken})
    assert (ours.level, ours.seen) == ("ok", f"{taken}, the gateway listens on it")
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        free = probe.getsockname()[1]
    assert next(iter(look(free, {}, set()))).seen == f"{free}, free"


def test_inner_ports_that_others_took_meanwhile_are_noted_by_name(taken: int) -> None:
    (found,) = look(None, {"redis": taken}, set())
    assert found.level == "note"
    assert f"{taken} of redis by " in found.seen
    assert next(iter(look(None, {"redis": taken}, {taken}))).level == "ok"
