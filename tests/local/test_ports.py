import socket
from collections.abc import Iterator

import pytest

from scalewright.local import ports
from scalewright.local.errors import PlatformError


@pytest.fixture
def taken() -> Iterator[int]:
    with socket.socket() as server:
        server.bind(("127.0.0.1", 0))
        server.listen()
        yield server.getsockname()[1]


def test_chosen_ports_are_free_distinct_and_below_the_ephemeral_ones() -> None:
    chosen = ports.allocate(["a", "b", "c"], {}, set(), "seed")
    assert list(chosen) == ["a", "b", "c"]
    assert len(set(chosen.values())) == 3
    assert all(port in ports.RANGE and ports.is_free(port) for port in chosen.values())


def test_saved_ports_are_kept_and_those_no_longer_needed_are_left_out() -> None:
    chosen = ports.allocate(["a", "b"], {}, set(), "seed")
    assert ports.allocate(["b"], chosen, set(), "other") == {"b": chosen["b"]}


def test_a_saved_port_that_another_process_took_is_replaced_unless_it_is_ours(taken: int) -> None:
    assert ports.allocate(["a"], {"a": taken}, set(), "seed")["a"] != taken
    assert ports.allocate(["a"], {"a": taken}, {taken}, "seed")["a"] == taken


def test_a_port_that_is_declared_for_something_else_is_left_to_it() -> None:
    (first,) = ports.allocate(["a"], {}, set(), "seed").values()
    assert ports.allocate(["a"], {}, set(), "seed", declared={first})["a"] != first
    assert ports.allocate(["a"], {"a": first}, {first}, "seed", declared={first})["a"] != first


def test_a_taken_port_is_named_with_its_setting_its_holder_and_the_remedy(taken: int) -> None:
    with pytest.raises(PlatformError) as raised:
        ports.require_free(taken, "gateway.port")
    message = str(raised.value)
    assert f"gateway.port is {taken}" in message
    assert f"pid {__import__('os').getpid()}" in message
    assert "declare another port" in message


def test_a_free_port_is_no_trouble() -> None:
    (port,) = ports.allocate(["a"], {}, set(), "seed").values()
    ports.require_free(port, "gateway.port")
