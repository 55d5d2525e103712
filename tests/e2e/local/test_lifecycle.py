"""From nothing to down, and what can go wrong between."""

import signal
import socket

import httpx
import pytest
from tests.e2e.local.stack import Stack, eventually, free_port, lines

pytestmark = pytest.mark.e2e


def test_down_leaves_no_process_and_no_port_and_keeps_the_data(project: Stack, client: httpx.Client) -> None:
    output = project.run("up")
    assert "healthy" in lines(output, "postgres-replica-1")
    order = project.post(client, user=3).json()["id"]
    project.run("down")
    assert not project.leftovers()
    assert not project.listening()
    project.run("up")
    assert client.get(f"{project.url}/orders/{order}").json()["user_id"] == 3


def test_delete_data_asks_first_and_then_leaves_nothing(project: Stack) -> None:
    project.edit(services=None)
    project.settings = {
        "platform": "local",
        "postgres": None,
        "redis": {"memory": "64Mi"},
        "services": None,
        "workers": None,
        "gateway": None,
    }
    project.edit()
    project.run("up")
    assert "Aborted" in project.run("down", "--delete-data", status=1)
    assert project.status()["processes"]
    project.run("down", "--delete-data", "--yes")
    assert not project.folder.exists()
    assert not project.leftovers()


def test_the_servers_of_the_wheels_run_the_whole_backend_and_an_object_store(
    project: Stack, client: httpx.Client
) -> None:
    import boto3
    from botocore.config import Config

    project.edit(
        programs={"postgres": "wheel", "redis": "wheel", "traefik": "wheel", "rclone": "wheel"},
        object_store={"buckets": ["receipts"]},
    )
    project.run("up")
    assert (project.folder / "data" / "postgres" / "PG_VERSION").read_text().strip() == "18"
    assert project.post(client).status_code == 201
    port = next(process["port"] for process in project.status()["processes"] if process["name"] == "object-store")
    secrets = project.folder / "secrets"
    s3 = boto3.client(
        "s3",
        endpoint_url=f"http://127.0.0.1:{port}",
        aws_access_key_id=(secrets / "object-store-access-key").read_text(),
        aws_secret_access_key=(secrets / "object-store-secret-key").read_text(),
        region_name="us-east-1",
        config=Config(s3={"addressing_style": "path"}),
    )
    s3.put_object(Bucket="receipts", Key="1.txt", Body=b"paid")
    assert s3.get_object(Bucket="receipts", Key="1.txt")["Body"].read() == b"paid"
    project.run("down")
    assert not project.leftovers()


def test_a_taken_gateway_port_is_named_with_who_holds_it_and_nothing_is_started(project: Stack) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", project.port))
        taken.listen()
        output = project.run("up", status=1)
    assert f"gateway.port is {project.port}, but that port of 127.0.0.1 is taken by " in output
    assert "declare another port" in output
    assert not project.leftovers()


def test_ctrl_c_stops_what_was_started_and_says_so(project: Stack) -> None:
    up = project.start("up")
    eventually((project.folder / "run" / "postgres.json").exists)
    up.send_signal(signal.SIGINT)
    _, errors = up.communicate(timeout=60)
    assert up.returncode == 130
    assert "Interrupted before all was healthy; stopped again: " in errors
    assert "postgres" in errors
    assert not project.leftovers()
    assert "is not running" in project.run("status", status=3)


def test_a_crash_loop_is_shown_as_failed_with_its_last_words(project: Stack) -> None:
    project.edit(services={"broken": {"app": "shop.absent:app", "routes": ["/broken"]}})
    output = project.run("up", status=1)
    assert "failed" in lines(output, "broken-1")
    assert "broken-1 failed: ended 5 times" in output
    assert "shop.absent" in output.split("Its log ends with:")[1]
    assert "needs broken-1" in lines(output, "gateway")
    broken = next(process for process in project.status()["processes"] if process["name"] == "broken-1")
    assert broken["state"] == "failed"
    assert any("shop.absent" in line for line in broken["log"])
    project.edit(services={"broken": None})
    project.settings["services"] = {}
    project.edit()
    output = project.run("up")
    assert "removed" in lines(output, "broken-1")


def test_a_failed_migration_stops_what_needs_it_and_shows_its_log(project: Stack) -> None:
    versions = project.project / "app" / "migrations" / "versions"
    bad = versions / "9999_bad.py"
    bad.write_text("revision = '9999'\ndown_revision = 'nowhere'\n\ndef upgrade():\n    pass\n")
    output = project.run("up", status=1)
    assert "migrations failed: ended with status" in output
    assert "nowhere" in output
    assert "skipped" in lines(output, "orders-1")
    bad.unlink()
    project.run("up")


def test_fewer_and_more_database_instances_touch_only_what_knows_them(project: Stack) -> None:
    project.run("up")
    before = project.pids()
    project.edit(postgres={"seed": "shop.products.seed", "instances": 1})
    project.run("up")
    one = project.pids()
    assert "postgres-replica-1" not in one
    assert one["redis"] == before["redis"]
    assert one["gateway"] == before["gateway"]
    project.edit(postgres={"seed": "shop.products.seed", "instances": 2})
    project.run("up")
    assert project.status()["replication"][0]["state"] == "streaming"


def test_a_saved_inner_port_that_was_taken_meanwhile_is_replaced(project: Stack) -> None:
    project.run("up")
    project.run("down")
    saved = project.saved_ports["redis"]
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", saved))
        taken.listen()
        project.run("up")
    assert project.saved_ports["redis"] != saved


def test_a_declared_port_can_change(project: Stack) -> None:
    project.run("up")
    port = free_port()
    project.edit(gateway={"port": port, "rate_limit": None})
    project.run("up")
    assert httpx.get(f"http://127.0.0.1:{port}/products/1").status_code == 200
    project.port = port
