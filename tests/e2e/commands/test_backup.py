"""`scalewright backup`: a dump of a database that is in use."""

import os
import resource
import signal
import stat
import subprocess
from pathlib import Path

import psycopg
import pytest
from tests.e2e.commands.customers import Customers
from tests.e2e.commands.database import dumped, healthy, superuser
from tests.e2e.local.stack import Stack, eventually

pytestmark = pytest.mark.e2e

DUMPING = "SELECT count(*) FROM pg_stat_activity WHERE application_name = 'pg_dump'"


def dumping(stack: Stack) -> bool:
    with superuser(stack) as connection:
        return connection.execute(DUMPING).fetchone() != (0,)


def owner(stack: Stack) -> psycopg.Connection[tuple[object, ...]]:
    return psycopg.connect(
        host="127.0.0.1",
        port=stack.saved_ports["postgres"],
        user="shop",
        dbname="shop",
        password=(stack.folder / "secrets" / "postgres-owner").read_text(),
    )


def held_up(stack: Stack, locking: psycopg.Connection[tuple[object, ...]], dump: Path) -> subprocess.Popen[str]:
    """Start a backup, and return it once it waits for a table."""
    locking.execute("CREATE TABLE IF NOT EXISTS held ()")
    locking.commit()
    locking.execute("LOCK TABLE held")
    backup = stack.start("backup", "--output", str(dump))
    eventually(lambda: dumping(stack))
    return backup


def test_a_backup_while_orders_are_placed_is_one_moment_of_the_database(stack: Stack, tmp_path: Path) -> None:
    dump = tmp_path / "busy.dump"
    with Customers(stack) as customers:
        before = set(customers.ids)
        stack.run("backup", "--output", str(dump))
        customers.wait_served()
    assert set(customers.answers) == {201}
    tables = dumped(stack, dump)
    orders = {int(order["id"]): order["status"] for order in tables["orders"]}
    assert before <= set(orders)
    assert set(customers.ids) - set(orders), "orders after the backup are not in it"
    # An order and its task are written together, and so are its end and its receipt.
    receipts = {int(receipt["order_id"]) for receipt in tables["receipts"]}
    assert receipts == {order for order, status in orders.items() if status == "completed"}
    assert len(tables["products"]) == 10


def test_a_backup_is_for_its_owner_alone_out_of_version_control_and_tells_how_to_put_it_back(stack: Stack) -> None:
    output = stack.run("backup")
    (dump,) = (stack.project / "backups").glob("*.dump")
    assert stat.S_IMODE(dump.stat().st_mode) == 0o600
    assert (stack.project / "backups" / ".gitignore").read_text() == "*\n"
    assert f"restore backups/{dump.name} local" in output
    dump.unlink()


def test_a_folder_gets_a_file_that_is_named_for_environment_and_time(stack: Stack, tmp_path: Path) -> None:
    stack.run("backup", "--output", str(tmp_path))
    (dump,) = tmp_path.iterdir()
    assert dump.name.startswith("local-")
    assert dump.suffix == ".dump"


def test_a_file_that_exists_and_a_place_that_cannot_be_written_are_one_clear_line(stack: Stack, tmp_path: Path) -> None:
    precious = tmp_path / "precious"
    precious.write_text("not a backup")
    told = stack.run("backup", "--output", str(precious), status=1)
    assert told == f"scalewright: {precious} exists. Name another file, or delete that one\n"
    assert precious.read_text() == "not a backup"
    nowhere = tmp_path / "none" / "x.dump"
    told = stack.run("backup", "--output", str(nowhere), status=1)
    assert told == (
        f"scalewright: {nowhere} cannot be written: No such file or directory. Name another with --output, or free "
        "the disk\n"
    )
    assert list(tmp_path.iterdir()) == [precious]


def test_a_file_that_may_grow_no_more_is_not_left_behind(stack: Stack, tmp_path: Path) -> None:
    def limit() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (4096, 4096))

    backup = stack.start("backup", "--output", str(tmp_path), preexec_fn=limit)
    output, errors = backup.communicate(timeout=60)
    assert (backup.returncode, output) == (1, "")
    assert errors == (
        "scalewright: the database could not be backed up: pg_dump was ended by SIGXFSZ. Mend that, and back up again\n"
    )
    assert not list(tmp_path.iterdir())


def test_ctrl_c_leaves_no_file_and_no_dump_under_way(stack: Stack, tmp_path: Path) -> None:
    with owner(stack) as locking:
        backup = held_up(stack, locking, tmp_path / "x.dump")
        backup.send_signal(signal.SIGINT)
        _, errors = backup.communicate(timeout=60)
        assert backup.returncode == 130
        assert "Traceback" not in errors
        assert not list(tmp_path.iterdir())
        eventually(lambda: not dumping(stack))
        locking.execute("DROP TABLE held")


def test_the_dump_ends_with_a_backup_that_is_killed(stack: Stack, tmp_path: Path) -> None:
    with owner(stack) as locking:
        backup = held_up(stack, locking, tmp_path / "x.dump")
        backup.kill()
        backup.communicate(timeout=60)
        eventually(lambda: not dumping(stack))
        assert not (tmp_path / "x.dump").exists()
        locking.execute("DROP TABLE held")


def test_a_primary_that_is_killed_meanwhile_leaves_no_file(stack: Stack, tmp_path: Path) -> None:
    with owner(stack) as locking:
        backup = held_up(stack, locking, tmp_path / "x.dump")
        os.kill(stack.pids()["postgres"], signal.SIGKILL)
        _, errors = backup.communicate(timeout=60)
        locking.close()
    assert backup.returncode == 1
    assert errors.startswith("scalewright: the database could not be backed up: pg_dump: error: ")
    assert errors.count("\n") == 1
    assert not list(tmp_path.iterdir())
    eventually(lambda: healthy(stack), within=60)
    stack.query("postgres", "SELECT FROM products")
    with owner(stack) as connection:
        connection.execute("DROP TABLE held")
