"""`scalewright restore`: all of a dump in the place of the database, or nothing."""

import os
import pty
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import httpx
import psutil
import pytest
from tests.e2e.commands.customers import Customers
from tests.e2e.commands.database import binary, content, databases, follows, healthy, settled, superuser
from tests.e2e.local.stack import Stack, eventually

from scalewright.local.dump import read
from scalewright.local.errors import PlatformError

pytestmark = pytest.mark.e2e

#: Enough rows that restoring them takes a moment in which it can be interrupted.
ROWS = 400_000
BULK = f"CREATE TABLE bulk AS SELECT number, repeat('x', 200) AS filler FROM generate_series(1, {ROWS}) AS number"  # noqa: S608 - a number of ours
LIMIT = "SELECT rolconnlimit FROM pg_roles WHERE rolname = 'shop'"

MIGRATION = """
from alembic import op

revision, down_revision, branch_labels, depends_on = "0002", "0001", None, None


def upgrade() -> None:
    op.execute("CREATE TABLE reviews (id integer PRIMARY KEY)")
"""


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("dumps")


@pytest.fixture(scope="module")
def dump(stack: Stack, folder: Path) -> Path:
    """A backup of the shop with a few orders, all processed."""
    with Customers(stack) as customers:
        customers.wait_served()
    eventually(lambda: settled(stack), within=60)
    stack.run("backup", "--output", str(folder / "orders.dump"))
    return folder / "orders.dump"


@pytest.fixture(scope="module")
def large(stack: Stack, dump: Path, folder: Path) -> Path:
    """A backup that takes a moment to restore."""
    psql(stack, BULK)
    stack.run("backup", "--output", str(folder / "large.dump"))
    stack.run("restore", str(dump), "--yes")
    return folder / "large.dump"


@pytest.fixture
def untouched(stack: Stack, dump: Path) -> Iterator[None]:
    """The database is, and every process, as it was before the test."""
    before, pids = content(stack), stack.pids()
    yield
    assert content(stack) == before
    assert stack.pids() == pids
    assert databases(stack) == {"postgres", "shop"}


def psql(stack: Stack, statement: str) -> None:
    stack.run("exec", "postgres", "--", "-qXc", statement)


def unlocked(stack: Stack) -> bool:
    with superuser(stack) as connection:
        return connection.execute(LIMIT).fetchone() == (-1,)


def serves(stack: Stack) -> bool:
    with httpx.Client(timeout=30) as client:
        return stack.post(client).status_code == 201


def test_what_was_backed_up_is_what_is_there_afterwards_and_on_the_replica(stack: Stack, dump: Path) -> None:
    stack.run("restore", str(dump), "--yes")
    backed_up = content(stack)
    with Customers(stack) as customers:
        customers.wait_served()
    psql(stack, "UPDATE products SET price_cents = 1; CREATE TABLE later ()")
    assert content(stack) != backed_up
    assert "is restored from" in stack.run("restore", str(dump), "--yes")
    assert content(stack) == backed_up
    assert databases(stack) == {"postgres", "shop"}
    eventually(lambda: follows(stack, backed_up))
    assert [replica["state"] for replica in stack.status()["replication"]] == ["streaming"]
    assert serves(stack)
    assert "nothing to change" in stack.run("up")


def test_services_go_on_meanwhile_and_answer_503_while_the_databases_change_places(stack: Stack, large: Path) -> None:
    pids = stack.pids()
    with Customers(stack) as customers:
        restore = stack.start("restore", str(large), "--yes")
        eventually(lambda: "shop_restore" in databases(stack), within=60)
        customers.wait_served(10)
        assert "shop_restore" in databases(stack), "it was over before a customer was served"
        restore.communicate(timeout=120)
        assert restore.returncode == 0
        customers.wait_served()
    assert set(customers.answers) <= {201, 503}
    assert stack.pids() == pids
    assert stack.query("postgres", "SELECT count(*) FROM bulk") == [(ROWS,)]


def test_an_older_dump_is_migrated_and_one_of_a_newer_application_is_refused(stack: Stack, dump: Path) -> None:
    migration = stack.project / "app" / "migrations" / "versions" / "0002_reviews.py"
    newer = dump.with_name("newer.dump")
    migration.write_text(MIGRATION)
    stack.run("up")
    stack.run("restore", str(dump), "--yes")
    assert stack.query("postgres", "SELECT version_num FROM alembic_version") == [("0002",)]
    assert stack.query("postgres", "SELECT count(*) FROM reviews") == [(0,)]
    stack.run("backup", "--output", str(newer))
    migration.unlink()
    stack.run("restore", str(dump), "--yes")
    before = content(stack)
    told = stack.run("restore", str(newer), "--yes", status=1)
    assert told.startswith(f"scalewright: {newer} does not fit the application's migrations: ")
    assert "0002" in told
    assert told.count("\n") == 1
    assert content(stack) == before
    assert databases(stack) == {"postgres", "shop"}
    stack.run("up")


@pytest.mark.usefixtures("untouched")
@pytest.mark.parametrize(
    ("made", "answer"),
    [
        (lambda _: None, "cannot be restored: No such file or directory. Name a file that can be read"),
        (lambda _: b"", "is no dump: the file is empty. Name one that"),
        (lambda _: b"CREATE TABLE orders ();\n", "is no dump: it is text. Name one that"),
        (lambda _: b"\x1f\x8b\x08\x00more", "is no dump: it is in another format. Name one that"),
        (lambda dump: dump[:5], "is damaged: pg_restore: error: "),
        (lambda dump: dump[: len(dump) // 2], "is damaged: pg_restore: error: "),
        (lambda dump: dump[:-200], "cannot be restored: pg_restore: error: "),
        (lambda dump: dump[:11] + b"\xff" * 400 + dump[411:], "is damaged: pg_restore: error: "),
        # The minor number of the format, which a newer pg_dump raises: `ReadHead` in pg_backup_archiver.c.
        (lambda dump: dump[:6] + b"\x63" + dump[7:], "was made by PostgreSQL of a newer version, and this environment"),
    ],
    ids=["missing", "empty", "text", "other", "magic", "half", "end", "scrambled", "newer"],
)
def test_what_is_no_whole_dump_is_one_clear_line(
    stack: Stack, dump: Path, tmp_path: Path, made: object, answer: str
) -> None:
    assert callable(made)
    file = tmp_path / "some.dump"
    if (damaged := made(dump.read_bytes())) is not None:
        file.write_bytes(damaged)
    told = stack.run("restore", str(file), "--yes", status=1)
    assert told.startswith(f"scalewright: {file} {answer}"), told
    assert told.count("\n") == 1


def test_a_dump_of_a_later_major_version_is_refused_even_where_it_could_be_read(stack: Stack, dump: Path) -> None:
    with pytest.raises(
        PlatformError, match=r"made by PostgreSQL \d+, and this environment runs PostgreSQL 14\. Declare"
    ):
        read(dump, str(binary(stack, "pg_restore").parent), major=14)


@pytest.mark.usefixtures("untouched")
def test_a_folder_and_the_dump_of_another_database_are_one_clear_line(stack: Stack, tmp_path: Path) -> None:
    told = stack.run("restore", str(tmp_path), "--yes", status=1)
    assert told == f"scalewright: {tmp_path} cannot be restored: Is a directory. Name the file itself\n"
    other = tmp_path / "other.dump"
    address = {
        "PGHOST": "127.0.0.1",
        "PGPORT": str(stack.saved_ports["postgres"]),
        "PGPASSWORD": (stack.folder / "secrets" / "postgres-superuser").read_text(),
    }
    command = [binary(stack, "pg_dump"), "-Fc", "-U", "postgres", "-d", "postgres", "-f", other]
    subprocess.run(command, env={**os.environ, **address}, check=True)
    assert stack.run("restore", str(other), "--yes", status=1) == (
        f"scalewright: {other} is a dump of database postgres, and that of this backend is shop. Name another dump\n"
    )


@pytest.mark.usefixtures("untouched")
def test_nobody_to_ask_and_a_no_are_no_consent(stack: Stack, dump: Path) -> None:
    told = stack.run("restore", str(dump), status=1)
    assert told == (
        f"scalewright: Replace all data of local in postgres by {dump}? There is no terminal to answer on. Say --yes "
        "if you mean it\n"
    )
    ours, theirs = pty.openpty()
    asked = subprocess.Popen(
        [sys.executable, "-m", "scalewright", "restore", str(dump)],
        cwd=stack.project,
        stdin=theirs,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    os.close(theirs)
    os.write(ours, b"n\n")
    assert "Aborted" in asked.communicate(timeout=60)[0]
    os.close(ours)
    assert asked.returncode == 1


@pytest.mark.usefixtures("untouched")
def test_ctrl_c_leaves_the_database_as_it_was(stack: Stack, large: Path) -> None:
    restore = stack.start("restore", str(large), "--yes")
    eventually(lambda: "shop_restore" in databases(stack), within=60)
    restore.send_signal(signal.SIGINT)
    _, errors = restore.communicate(timeout=60)
    assert restore.returncode == 130
    assert "Traceback" not in errors
    assert unlocked(stack)


@pytest.mark.usefixtures("untouched")
@pytest.mark.parametrize("mended_by", ["up", "restore"])
def test_what_a_killed_restore_leaves_is_gone_after_the_next_command(
    stack: Stack, large: Path, dump: Path, mended_by: str
) -> None:
    before = content(stack)
    restore = stack.start("restore", str(large), "--yes")
    eventually(lambda: "shop_restore" in databases(stack), within=60)
    restore.kill()
    restore.communicate(timeout=60)
    assert "shop_restore" in databases(stack)
    assert content(stack) == before
    if mended_by == "up":
        stack.run("up")
    else:
        stack.run("restore", str(dump), "--yes")


def hold_up(stack: Stack, large: Path) -> tuple["subprocess.Popen[str]", psutil.Process]:
    """Begin a restore that cannot replace the database: one who uses it is frozen and does not go."""
    client = stack.start("exec", "postgres", "--", "-Xc", "SELECT pg_sleep(300)")
    sleeping = "SELECT pid FROM pg_stat_activity WHERE query = 'SELECT pg_sleep(300)'"
    eventually(lambda: stack.query("postgres", sleeping))
    ((pid,),) = stack.query("postgres", sleeping)
    frozen = psutil.Process(pid)
    frozen.suspend()
    restore = stack.start("restore", str(large), "--yes")
    eventually(lambda: not unlocked(stack), within=90)
    client.kill()
    client.communicate()
    return restore, frozen


def test_a_restore_that_cannot_replace_the_database_gives_up_and_customers_are_served(
    stack: Stack, large: Path, dump: Path
) -> None:
    before = content(stack)
    restore, frozen = hold_up(stack, large)
    try:
        _, errors = restore.communicate(timeout=90)
        eventually(lambda: serves(stack), within=60)
    finally:
        frozen.resume()
    assert restore.returncode == 1
    assert errors.startswith("scalewright: the database cannot be replaced: a connection to it did not end within 10 s")
    assert errors.count("\n") == 1
    stack.run("up")
    assert databases(stack) == {"postgres", "shop"}
    assert {table: rows for table, rows in content(stack).items() if table == "products"} == {
        "products": before["products"]
    }


@pytest.mark.parametrize("mended_by", ["up", "a start of the server"])
def test_an_owner_who_was_locked_out_when_a_restore_was_killed_is_let_in(
    stack: Stack, large: Path, dump: Path, mended_by: str
) -> None:
    stack.run("restore", str(dump), "--yes")
    before = content(stack)
    restore, frozen = hold_up(stack, large)
    restore.kill()
    restore.communicate(timeout=60)
    frozen.resume()
    assert not unlocked(stack)
    with httpx.Client(timeout=30) as client:
        eventually(lambda: stack.post(client).status_code == 503)
    if mended_by == "up":
        stack.run("up")
    else:
        os.kill(stack.pids()["postgres"], signal.SIGKILL)
    eventually(lambda: serves(stack), within=60)
    assert unlocked(stack)
    assert databases(stack) == {"postgres", "shop"}
    stack.run("restore", str(dump), "--yes")
    assert content(stack) == before
    eventually(lambda: healthy(stack), within=60)


def test_a_primary_that_is_killed_meanwhile_comes_back_with_the_database_as_it_was(stack: Stack, large: Path) -> None:
    before = content(stack)
    restore = stack.start("restore", str(large), "--yes")
    eventually(lambda: "shop_restore" in databases(stack), within=60)
    stack.kill("postgres")
    _, errors = restore.communicate(timeout=60)
    assert restore.returncode == 1
    assert errors.startswith(f"scalewright: {large} cannot be restored: ")
    assert errors.count("\n") == 1
    eventually(lambda: healthy(stack), within=60)
    assert content(stack) == before
    assert databases(stack) == {"postgres", "shop"}
