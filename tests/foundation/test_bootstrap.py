"""scripts/bootstrap: installs once, and starts over where an environment no longer fits."""

from __future__ import annotations

import os
import shutil
import signal
import time
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable

    from conftest import Checkout

UPDATE = ["pip", "pip"]  # the lock, then this checkout
INSTALL = ["venv", *UPDATE]
STARTS_OVER = "removing .venv, which is unfinished, moved or of another Python"


def wait_until(true: Callable[[], bool]) -> None:
    """Wait until something is true, at most ten seconds."""
    end = time.monotonic() + 10
    while not true():
        assert time.monotonic() < end
        time.sleep(0.02)


@pytest.fixture
def installed(checkout: Checkout) -> Checkout:
    """A checkout that is installed."""
    status, _ = checkout.bootstrap()
    assert status == 0
    assert checkout.asked() == INSTALL
    return checkout


def test_the_first_run_installs_and_names_each_step(checkout: Checkout) -> None:
    (checkout.folder / "requirements.lock").write_text(
        "one==1 \\\n    --hash=sha256:0\ntwo-more==2 ; python_version < '4'\n"
    )
    status, lines = checkout.bootstrap()
    assert status == 0
    assert checkout.asked() == INSTALL
    assert [line.split()[0] for line in lines] == ["creating", "installing", "installing"]
    assert "installing 2 packages" in lines[1]
    assert checkout.stamp.exists()


def test_a_second_run_asks_python_for_nothing_and_says_nothing(installed: Checkout) -> None:
    assert installed.bootstrap() == (0, [])
    assert installed.asked() == []


def test_files_that_are_only_newer_are_not_installed_again(installed: Checkout) -> None:
    for name in ("requirements.lock", "pyproject.toml", "app/pyproject.toml"):
        os.utime(installed.folder / name, (2**31, 2**31))
    assert installed.bootstrap() == (0, [])
    assert installed.asked() == []


@pytest.mark.parametrize("name", ["requirements.lock", "pyproject.toml", "app/pyproject.toml"])
def test_changed_content_is_installed_into_the_same_environment_once(installed: Checkout, name: str) -> None:
    with (installed.folder / name).open("a") as file:
        file.write("# changed\n")
    assert installed.bootstrap()[0] == 0
    assert installed.asked() == UPDATE
    assert installed.bootstrap() == (0, [])
    assert installed.asked() == []


def test_a_failing_pip_shows_its_error_then_one_remedy_and_leaves_no_stamp(checkout: Checkout) -> None:
    checkout.fail.touch()
    status, lines = checkout.bootstrap()
    assert status != 0
    assert lines[-2] == "ERROR: no route to host"
    assert (
        lines[-1]
        == "bootstrap: pip failed, its error is above; check network, proxy and disk space, then run make again"
    )
    assert not checkout.stamp.exists()


def test_a_run_after_a_failed_one_starts_over(checkout: Checkout) -> None:
    checkout.fail.touch()
    checkout.bootstrap()
    checkout.asked()
    checkout.fail.unlink()
    status, lines = checkout.bootstrap()
    assert status == 0
    assert lines[0] == STARTS_OVER
    assert checkout.asked() == INSTALL


@pytest.mark.parametrize("end", [signal.SIGINT, signal.SIGKILL])
def test_a_run_after_an_interrupted_one_starts_over(checkout: Checkout, end: signal.Signals) -> None:
    checkout.hold.touch()
    with checkout.start() as process:
        wait_until(lambda: checkout.notes.exists() and "pip" in checkout.notes.read_text())
        os.killpg(process.pid, end)
        process.communicate()
    assert process.returncode != 0
    assert not checkout.stamp.exists()
    checkout.hold.unlink()
    checkout.asked()
    assert checkout.bootstrap()[0] == 0
    assert checkout.asked() == INSTALL


def test_two_at_once_install_once_and_both_succeed(checkout: Checkout) -> None:
    checkout.hold.touch()
    with checkout.start() as first:
        wait_until(lambda: checkout.notes.exists() and "pip" in checkout.notes.read_text())
        with checkout.start() as second:
            assert second.stdout is not None
            assert second.stdout.readline() == "waiting for another make that installs into .venv\n"
            checkout.hold.unlink()
            assert second.stdout.read() == ""
        first.communicate()
    assert (first.returncode, second.returncode) == (0, 0)
    assert checkout.asked() == INSTALL


def test_a_checkout_that_was_moved_gets_a_new_environment(installed: Checkout) -> None:
    moved = installed.folder.with_name("moved here")
    installed.folder.rename(moved)
    installed.folder = moved
    status, lines = installed.bootstrap()
    assert status == 0
    assert lines[0] == STARTS_OVER
    assert installed.asked() == INSTALL


def test_an_environment_whose_python_is_gone_is_made_anew(installed: Checkout) -> None:
    python = installed.folder / ".venv/bin/python"
    python.unlink()
    python.symlink_to("/nonexistent/python3")
    assert installed.bootstrap()[0] == 0
    assert installed.asked() == INSTALL


def test_an_activated_environment_is_not_made_anew_from_itself(installed: Checkout) -> None:
    own = installed.folder / ".venv/bin"
    shutil.copy(own / "python", own / "python3")
    installed.python("old", "python3")
    installed.stamp.write_text("of another checkout\n")
    assert installed.bootstrap(PATH=os.pathsep.join(map(str, (own, installed.programs, os.environ["PATH"]))))[0] == 0
    assert installed.asked() == INSTALL


def test_changed_content_needs_no_python_but_the_environment_s_own(installed: Checkout) -> None:
    (installed.folder / "requirements.lock").write_text("# changed\n")
    installed.pythons("broken shim")
    assert installed.bootstrap()[0] == 0
    assert installed.asked() == UPDATE


def test_choosing_another_python_makes_the_environment_anew_once(installed: Checkout) -> None:
    another = str(installed.python("another", "another-python"))
    assert installed.bootstrap(PYTHON=another)[0] == 0
    assert installed.asked() == INSTALL
    assert installed.bootstrap(PYTHON=another) == (0, [])
    assert installed.asked() == []


def test_an_environment_made_by_other_means_is_filled_not_thrown_away(checkout: Checkout) -> None:
    own = checkout.folder / ".venv/bin"
    own.mkdir(parents=True)
    shutil.copy(checkout.programs / "python3", own / "python")
    (own / "mine").touch()
    assert checkout.bootstrap()[0] == 0
    assert checkout.asked() == UPDATE
    assert (own / "mine").exists()
