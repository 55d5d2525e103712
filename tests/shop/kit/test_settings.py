"""Settings from the environment, and what is said of wrong ones."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from shop.kit.settings import QueueSettings, RelaySettings, ServiceSettings, load

APP = Path(__file__).parents[3] / "app"


@pytest.fixture
def variables(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> pytest.MonkeyPatch:
    """Right settings, for a test to change."""
    password = tmp_path / "password"
    password.write_text("hunter2\n")
    right = {
        "DATABASE_URL": "postgresql://shop@127.0.0.1:5432/shop",
        "DATABASE_PASSWORD_FILE": str(password),
        "REDIS_URL": "redis://127.0.0.1:6379/0",
        "REDIS_PASSWORD_FILE": str(password),
        "VISIBILITY_TIMEOUT": "60",
    }
    for name, value in right.items():
        monkeypatch.setenv(name, value)
    return monkeypatch


def _mistakes(kind: type[ServiceSettings | RelaySettings], capsys: pytest.CaptureFixture[str]) -> list[str]:
    with pytest.raises(SystemExit) as ended:
        load(kind)
    assert ended.value.code == 2
    return capsys.readouterr().err.splitlines()


def test_replicas_are_separated_by_commas_and_may_be_none(variables: pytest.MonkeyPatch) -> None:
    assert load(ServiceSettings).database_replica_urls == ()
    variables.setenv("DATABASE_REPLICA_URLS", "postgresql://a@b:1/c, postgresql://d@e:2/f")
    assert load(ServiceSettings).database_replica_urls == ("postgresql://a@b:1/c", "postgresql://d@e:2/f")
    variables.setenv("DATABASE_REPLICA_URLS", "")
    assert load(ServiceSettings).database_replica_urls == ()


def test_secrets_are_read_from_their_files_and_not_shown(variables: pytest.MonkeyPatch) -> None:
    settings = load(ServiceSettings)
    assert settings.database_password.get_secret_value() == "hunter2"
    assert "hunter2" not in f"{settings!r} {settings} {settings.model_dump_json()}"


@pytest.mark.parametrize(
    "url",
    [
        "rediss://cache.example:6380/1",
        "sentinel://a:26379/0;sentinel://b:26379/0",
        "sentinel://a",
        "rediss+sentinel://a;rediss+sentinel://b/0",
    ],
)
def test_redis_may_speak_tls_or_stand_behind_sentinels(variables: pytest.MonkeyPatch, url: str) -> None:
    variables.setenv("REDIS_URL", url)
    assert load(ServiceSettings).redis_url == url


def test_a_password_in_the_address_of_a_later_sentinel_is_refused(
    variables: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    variables.setenv("REDIS_URL", "sentinel://a;sentinel://:hunter3@b")
    (line,) = _mistakes(ServiceSettings, capsys)
    assert "REDIS_PASSWORD_FILE" in line
    assert "hunter3" not in line


def test_the_cache_is_the_broker_unless_it_has_an_address_of_its_own(variables: pytest.MonkeyPatch) -> None:
    assert load(ServiceSettings).cache_url == "redis://127.0.0.1:6379/0"
    variables.setenv("CACHE_URL", "redis://127.0.0.1:6380/0")
    settings = load(ServiceSettings)
    assert (settings.redis_url, settings.cache_url) == ("redis://127.0.0.1:6379/0", "redis://127.0.0.1:6380/0")


def test_a_server_with_tls_is_always_checked_by_the_authority_that_is_named_or_by_the_systems(
    variables: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    settings = load(ServiceSettings)
    assert settings.redis_tls("redis://a") == settings.redis_tls("sentinel://a") == {}
    assert settings.redis_tls("rediss://a") == {"ssl_cert_reqs": "required"}
    (tmp_path / "ca.crt").write_text("certificate")
    variables.setenv("REDIS_CA_FILE", str(tmp_path / "ca.crt"))
    told = load(ServiceSettings).redis_tls("rediss+sentinel://a")
    assert told == {"ssl_cert_reqs": "required", "ssl_ca_certs": str(tmp_path / "ca.crt")}


def test_work_is_sent_again_after_twice_the_visibility_timeout(variables: pytest.MonkeyPatch) -> None:
    assert load(RelaySettings).resend_after_seconds == 120
    variables.setenv("RESEND_AFTER", "7.5")
    assert load(RelaySettings).resend_after_seconds == 7.5


@pytest.mark.parametrize(
    ("name", "value", "bound"),
    [
        ("DATABASE_URL", "mysql://shop@127.0.0.1/shop", "postgresql://<user>@<host>:<port>/<database>"),
        ("DATABASE_URL", "postgresql://127.0.0.1:5432/shop", "postgresql://<user>@<host>:<port>/<database>"),
        ("DATABASE_URL", "postgresql://shop@127.0.0.1:x/shop", "postgresql://<user>@<host>:<port>/<database>"),
        ("DATABASE_REPLICA_URLS", "postgresql://shop@h/shop,h2", "postgresql://<user>@<host>:<port>/<database>"),
        ("DATABASE_POOL_SIZE", "0", "greater than or equal to 1"),
        ("DATABASE_POOL_SIZE", "five", "valid integer"),
        ("DATABASE_POOL_OVERFLOW", "-1", "greater than or equal to 0"),
        ("DATABASE_READS", "standby", "'primary', 'prefer-replica' or 'replica'"),
        ("REDIS_URL", "http://127.0.0.1", "redis://<host>:<port>/<number>"),
        ("REDIS_URL", "redis://127.0.0.1/zero", "redis://<host>:<port>/<number>"),
        ("REDIS_URL", "redis://127.0.0.1;redis://127.0.0.2", "sentinel://<host>:<port>/<number>;sentinel://"),
        ("REDIS_URL", "sentinel://127.0.0.1;redis://127.0.0.2", "sentinel://<host>:<port>/<number>;sentinel://"),
        ("REDIS_URL", "rediss+sentinel://a;sentinel://b", "sentinel://<host>:<port>/<number>;sentinel://"),
        ("REDIS_CA_FILE", "/nowhere/ca", "does not point to a file"),
        ("REDIS_PASSWORD_FILE", "/nowhere/password", "No such file or directory"),
    ],
)
def test_a_wrong_value_is_named_with_its_bound(
    variables: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], name: str, value: str, bound: str
) -> None:
    variables.setenv(name, value)
    (line,) = _mistakes(ServiceSettings, capsys)
    assert line.startswith(f"shop: {name} is ")
    assert bound in line


@pytest.mark.parametrize("value", ["0", "-1", "nan", "inf", "soon"])
def test_a_visibility_timeout_is_a_positive_number(
    variables: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], value: str
) -> None:
    variables.setenv("VISIBILITY_TIMEOUT", value)
    (line,) = _mistakes(RelaySettings, capsys)
    assert line.startswith(f"shop: VISIBILITY_TIMEOUT is '{value}'")


def test_a_password_in_a_url_is_refused_and_not_repeated(
    variables: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    variables.setenv("DATABASE_URL", "postgresql://shop:x/hunter3@127.0.0.1/shop")
    variables.setenv("REDIS_URL", "redis://:hunter3@127.0.0.1")
    lines = _mistakes(ServiceSettings, capsys)
    assert len(lines) == 2
    assert "hunter3" not in "".join(lines)
    assert "REDIS_PASSWORD_FILE" in "".join(lines)


def test_an_empty_password_file_is_refused(
    variables: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    (tmp_path / "empty").write_text("\n")
    variables.setenv("REDIS_PASSWORD_FILE", str(tmp_path / "empty"))
    (line,) = _mistakes(ServiceSettings, capsys)
    assert line.endswith("it is empty")


COMMANDS = {
    "service": ["uvicorn", "shop.orders.main:app", "--port", "0"],
    "worker": ["celery", "-A", "shop.worker:celery", "worker"],
    "relay": ["shop.orders.relay"],
    "migrations": ["alembic", "-c", "alembic.ini", "upgrade", "head"],
    "seed": ["shop.products.seed"],
}


def test_every_command_names_all_that_is_missing_and_ends_with_status_2() -> None:
    bare = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}
    running = {
        name: subprocess.Popen(
            [sys.executable, "-m", *command],
            cwd=APP,
            env=bare,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        for name, command in COMMANDS.items()
    }
    for name, process in running.items():
        _, errors = process.communicate(timeout=60)
        assert process.returncode == 2, (name, errors)
        assert "DATABASE_URL is not set; set it to postgresql://<user>@<host>:<port>/<database>" in errors, name
        assert "DATABASE_PASSWORD_FILE is not set" in errors, name
        assert ("VISIBILITY_TIMEOUT is not set" in errors) == (name in {"worker", "relay"}), name
        assert all(line.startswith("shop: ") for line in errors.splitlines()), (name, errors)


def test_a_queue_needs_no_database(variables: pytest.MonkeyPatch) -> None:
    variables.delenv("DATABASE_URL")
    assert load(QueueSettings).visibility_timeout == 60
