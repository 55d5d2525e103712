"""A backend in the hands of Pulumi's own command line, with a state in a folder."""

import json
import shutil
import subprocess
from pathlib import Path

import pytest
from tests.e2e.local.stack import ROOT
from tests.e2e.pulumi.command import PASSPHRASE, PULUMI, Pulumi

pytestmark = [
    pytest.mark.e2e,
    pytest.mark.timeout(600),
    pytest.mark.skipif(
        PULUMI is None, reason="needs Pulumi's command line on PATH: https://www.pulumi.com/docs/iac/download-install/"
    ),
]


def states(shop: Pulumi) -> set[str]:
    return {process["state"] for process in shop.stack.status()["processes"]}


def test_a_stack_is_brought_up_edited_scaled_refreshed_and_destroyed(shop: Pulumi) -> None:
    stack, address = shop.stack, f"http://localhost:{shop.stack.port}"
    shop.run("stack", "init", "local")
    stack.edit()
    shop.run("up", "-s", "local", "--yes", "--skip-preview")
    assert states(shop) == {"healthy"}
    primary, replica = (f"127.0.0.1:{stack.saved_ports[name]}" for name in ("postgres", "postgres-replica-1"))
    assert shop.outputs() == {"url": address, "primary": primary, "replicas": [replica]}
    assert "0 added, 0 changed, 0 removed" in stack.run("preview", "--exit-code")
    assert "2 unchanged" in shop.run("preview", "-s", "local", "--expect-no-changes")

    before = stack.pids()
    stack.edit(services={"orders": {"database": {"size": 8}}})
    preview = shop.run("preview", "-s", "local", "--diff")
    assert preview.count('~ DATABASE_POOL_SIZE    : "5" => "8"') == 2
    assert "[diff: ~orders-1,orders-2]" in shop.run("preview", "-s", "local")
    assert stack.pids() == before
    shop.run("up", "-s", "local", "--yes", "--skip-preview")
    assert {name for name, pid in stack.pids().items() if pid != before[name]} == {"orders-1", "orders-2"}

    stack.run("scale", "orders=3")
    assert "2 unchanged" in shop.run("preview", "-s", "local", "--expect-no-changes")
    assert "+orders-3" in shop.run("refresh", "-s", "local", "--yes", "--skip-preview")
    shop.run("up", "-s", "local", "--yes", "--skip-preview", "--expect-no-changes")
    assert stack.pids().keys() == {*before, "orders-3"}

    stack.run("down")
    assert "against what runs: +gateway +" in shop.run("preview", "-s", "local")
    assert "1 deleted" in shop.run("refresh", "-s", "local", "--yes", "--skip-preview")
    stack.run("up")
    taken_over = stack.pids()
    shop.run("up", "-s", "local", "--yes", "--skip-preview")
    assert stack.pids() == taken_over

    assert exposed(shop) == []

    shop.run("destroy", "-s", "local", "--yes", "--skip-preview")
    assert not stack.leftovers()
    assert (stack.folder / "data" / "postgres" / "PG_VERSION").exists()
    assert json.loads(shop.state())["deployment"].get("resources", []) == []


def exposed(shop: Pulumi) -> list[str]:
    """Return the secrets that are in a file of Pulumi's."""
    secrets = [path.read_text() for path in (shop.stack.folder / "secrets").iterdir()]
    held = [path.read_text(errors="replace") for path in shop.home.rglob("*") if path.is_file() and is_text(path)]
    assert len(secrets) > 4
    return [secret for secret in (*secrets, PASSPHRASE) if any(secret in text for text in held)]


def is_text(path: Path) -> bool:
    with path.open("rb") as file:
        return b"\0" not in file.read(4096)


def test_what_came_up_is_held_and_an_up_that_failed_goes_on_once_it_is_mended(shop: Pulumi) -> None:
    stack = shop.stack
    stack.edit(services=None, workers=None, gateway=None)
    seed = stack.project / "app" / "shop" / "products" / "seed.py"
    good = seed.read_text()
    seed.write_text("raise SystemExit('nothing to sell')\n")
    shop.run("stack", "init", "local")
    output = shop.run("up", "-s", "local", "--yes", "--skip-preview", status=1)
    assert "  | nothing to sell\n" in output
    assert "error: local is not healthy: seed. See `scalewright logs NAME`" in output
    assert "Traceback" not in output
    assert '"postgres-replica-1"' in shop.state()
    before = stack.pids()
    seed.write_text(good)
    assert "against what runs: +seed\n" in shop.run("preview", "-s", "local")
    shop.run("up", "-s", "local", "--yes", "--skip-preview")
    assert stack.pids() == before
    shop.run("destroy", "-s", "local", "--yes", "--skip-preview")
    assert not stack.leftovers()


def test_a_platform_that_is_not_there_yet_ends_with_one_line(shop: Pulumi) -> None:
    shop.run("stack", "init", "local")
    before = dict(shop.stack.settings)
    shop.stack.edit(platform="docker", image="ghcr.io/acme/shop:1.0", postgres={})
    output = shop.run("preview", "-s", "local", status=1)
    shop.stack.edit(**before, image=None)
    assert "error: environment local is on platform docker, which this version cannot run yet" in output
    assert "Traceback" not in output


def test_the_commands_of_the_documentation_leave_committed_files_as_they_are(shop: Pulumi) -> None:
    project = shop.stack.project

    def git(*arguments: str) -> str:
        identity = ("-c", "user.name=somebody", "-c", "user.email=somebody@example.com")
        return subprocess.check_output(["git", *identity, *arguments], cwd=project, text=True)

    if shutil.which("git") is None:
        pytest.skip("needs git: apt-get install git")
    shipped = (ROOT / "stacks" / "Pulumi.local.yaml").read_text().splitlines(keepends=True)
    shop.stack.overlay.write_text("".join(line for line in shipped if not line.startswith("encryptionsalt")))
    git("init", "-q")
    git("add", ".")
    git("commit", "-q", "-m", "as it was cloned")
    git("config", "filter.pulumi-salt.clean", "sed '/^encryptionsalt:/d'")
    shop.run("stack", "init", "local")
    git("add", "stacks/Pulumi.local.yaml")
    assert "encryptionsalt" in shop.stack.overlay.read_text()
    assert git("status", "--porcelain") == ""
    shop.run("preview", "-s", "local")
    assert git("status", "--porcelain") == ""
    shop.run("stack", "rm", "local", "--yes", "--preserve-config")
    assert shop.stack.overlay.exists()
