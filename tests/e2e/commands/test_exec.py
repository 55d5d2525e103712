"""`scalewright exec`: real clients on the servers of a stack."""

import os
import shutil
import signal
import subprocess
import sys

import psutil
import pytest
from tests.e2e.local.stack import Stack, eventually

pytestmark = pytest.mark.e2e

WHO = "SELECT current_user, current_database(), current_setting('cluster_name'), pg_is_in_recovery()"


def ask(stack: Stack, *arguments: str, status: int = 0, text: str = "", **environment: str) -> str:
    """Run exec to its end, and return what it printed on both streams."""
    done = subprocess.run(
        [sys.executable, "-m", "scalewright", "exec", *arguments],
        cwd=stack.project,
        input=text,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=60,
        env={**os.environ, **environment},
        check=False,
    )
    assert done.returncode == status, done.stdout
    return done.stdout


def test_psql_is_logged_in_at_the_primary_as_the_owner(stack: Stack) -> None:
    assert ask(stack, "postgres", "--", "-XAtc", WHO) == "shop|shop|postgres|f\n"


@pytest.mark.parametrize("node", [["postgres", "--replica"], ["postgres", "--replica", "1"], ["postgres-replica-1"]])
def test_psql_is_logged_in_at_a_replica(stack: Stack, node: list[str]) -> None:
    assert ask(stack, *node, "--", "-XAtc", WHO) == "shop|shop|postgres-replica-1|t\n"


def test_psql_reads_what_is_piped_to_it(stack: Stack) -> None:
    assert ask(stack, "postgres", "--", "-XAt", text="SELECT 6 * 7;\n") == "42\n"


def test_the_exit_status_is_that_of_the_client(stack: Stack) -> None:
    assert "syntax error" in ask(stack, "postgres", "--", "-Xc", "SELEC", status=1)
    assert ask(stack, "postgres", "--", "-X", text="SELECT 1;\n\\! exit 0\n\\q\n")


def test_variables_of_the_caller_lead_nowhere_else(stack: Stack) -> None:
    elsewhere = {"PGHOST": "nowhere.invalid", "PGPORT": "1", "PGUSER": "nobody", "PGOPTIONS": "--search_path=none"}
    assert ask(stack, "postgres", "--", "-XAtc", WHO, **elsewhere) == "shop|shop|postgres|f\n"


def test_ctrl_c_is_for_psql_and_no_argument_holds_the_password(stack: Stack) -> None:
    client = stack.start("exec", "postgres", "--", "-Xc", "SELECT pg_sleep(300)")
    process = psutil.Process(client.pid)
    eventually(lambda: process.name() == "psql")
    password = (stack.folder / "secrets" / "postgres-owner").read_text()
    assert password not in " ".join(process.cmdline())
    sleeping = "SELECT count(*) FROM pg_stat_activity WHERE query = 'SELECT pg_sleep(300)'"
    eventually(lambda: stack.query("postgres", sleeping) == [(1,)])
    client.send_signal(signal.SIGINT)
    assert "canceling statement due to user request" in client.communicate(timeout=60)[1]
    assert client.returncode == 1


def test_redis_answers_without_any_client_of_the_machine(stack: Stack, tmp_path: object) -> None:
    bare = {"PATH": str(tmp_path)}
    ask(stack, "redis", "--", "SET", "asked for", "a b", **bare)
    assert ask(stack, "redis", "--", "GET", "asked for", **bare) == "a b\n"
    script = "get 'asked for'\n\nRPUSH list 1 2\nlrange list 0 -1\nget none\ndel 'asked for' list\nquit\nping\n"
    assert ask(stack, "redis", text=script, **bare).splitlines() == ["a b", "2", "1", "2", "(nil)", "2"]


def test_what_redis_refuses_is_told_and_ends_with_status_1(stack: Stack, tmp_path: object) -> None:
    bare = {"PATH": str(tmp_path)}
    assert "wrong number of arguments" in ask(stack, "redis", "--", "LLEN", status=1, **bare)
    assert ask(stack, "redis", text='get "a\nping\n', **bare) == "(error) No closing quotation\nPONG\n"
    assert "MONITOR needs valkey-cli or redis-cli" in ask(stack, "redis", "--", "MONITOR", status=1, **bare)


@pytest.mark.skipif(
    not (shutil.which("redis-cli") or shutil.which("valkey-cli")),
    reason="there is no redis-cli. Install it, for example by `apt-get install redis-tools`",
)
def test_the_client_of_the_machine_is_logged_in_at_redis(stack: Stack) -> None:
    assert ask(stack, "redis", "--", "PING") == "PONG\n"


def test_a_frozen_primary_is_one_clear_line(stack: Stack) -> None:
    pid = stack.pids()["postgres"]
    os.kill(pid, signal.SIGSTOP)
    try:
        output = ask(stack, "postgres", status=1)
    finally:
        os.kill(pid, signal.SIGCONT)
    assert output.startswith("scalewright: postgres does not accept connections: ")
    assert output.count("\n") == 1
