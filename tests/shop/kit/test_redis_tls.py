"""Broker and cache of a server that speaks TLS alone, for those who know its authority and for those who do not."""

from __future__ import annotations

import subprocess
from typing import TYPE_CHECKING, Any

import pytest
import redis
from kombu.exceptions import OperationalError
from tests import redis_tls

from shop.kit.broker import celery_app
from shop.kit.cache import Cache
from shop.kit.settings import QueueSettings, RedisSettings, load

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from tests.redis_tls import Certificate

PASSWORD = "redis/p@ss:word"


@pytest.fixture
def server(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, free_port: Callable[[], int], eventually: Callable[..., Any]
) -> Iterator[Certificate]:
    """Start a server, and tell the application where it is and who vouches for it."""
    program, tls, port = redis_tls.server(), redis_tls.certificate(tmp_path), free_port()
    files = {"--tls-cert-file": tls.certificate, "--tls-key-file": tls.key, "--tls-ca-cert-file": tls.authority}
    options = [text for name, path in files.items() for text in (name, str(path))]
    options += ["--port", "0", "--tls-port", str(port), "--tls-auth-clients", "no", "--bind", "127.0.0.1"]
    options += ["--requirepass", PASSWORD, "--save", "", "--dir", str(tmp_path)]
    (tmp_path / "password").write_text(PASSWORD)
    monkeypatch.setenv("REDIS_URL", f"rediss://127.0.0.1:{port}/0")
    monkeypatch.setenv("REDIS_PASSWORD_FILE", str(tmp_path / "password"))
    monkeypatch.setenv("REDIS_CA_FILE", str(tls.authority))
    monkeypatch.setenv("VISIBILITY_TIMEOUT", "60")
    with (tmp_path / "log").open("wb") as log:
        process = subprocess.Popen([program, *options], stdout=log, stderr=log)
    client = redis.Redis("127.0.0.1", port, password=PASSWORD, ssl=True, ssl_ca_certs=str(tls.authority))
    try:
        eventually(client.ping)
        yield tls
    finally:
        client.close()
        process.kill()
        process.wait()


def sent() -> int:
    """Send a task, and return how many wait."""
    app = celery_app(load(QueueSettings))
    with app.connection_for_write() as connection:
        app.send_task("task", queue="orders", connection=connection)
        return int(connection.SimpleQueue("orders").qsize())


async def test_tasks_and_entries_go_to_a_server_whose_authority_is_known(server: Certificate) -> None:
    assert sent() == 1
    cache = Cache(load(RedisSettings), lifetime=300)
    try:
        assert await cache.ping()
    finally:
        await cache.close()


async def test_nothing_is_told_to_a_server_of_another_authority(
    server: Certificate, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("REDIS_CA_FILE", str(redis_tls.certificate(tmp_path, "another").authority))
    with pytest.raises(OperationalError, match="certificate verify failed"):
        sent()
    cache = Cache(load(RedisSettings), lifetime=300)
    try:
        assert not await cache.ping()
    finally:
        await cache.close()
