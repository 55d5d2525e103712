"""What a machine must have: where it lacks something, bootstrap says so in one line and touches nothing."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from conftest import Checkout

SUPPORTED = "supported: Linux on x86-64 or arm64 with glibc 2.28 or later, macOS 11 or later"
MINOR = f"{sys.version_info.major}.{sys.version_info.minor}"


def machine(checkout: Checkout, system: str, processor: str, *, libc: str = "", macos: str = "") -> None:
    """Let the machine be another one."""
    checkout.program("uname", f'#!/bin/sh\n[ "$1" = -s ] && echo {system} || echo {processor}\n')
    checkout.program("getconf", f"#!/bin/sh\necho {libc}\n" if libc else "#!/bin/sh\nexit 1\n")
    checkout.program("sw_vers", f"#!/bin/sh\necho {macos}\n")


def the_one_line(checkout: Checkout, **environment: str) -> str:
    """Return the one line that a bootstrap that must fail prints."""
    status, lines = checkout.bootstrap(**environment)
    assert status != 0
    assert len(lines) == 1, lines
    assert checkout.asked() == []
    assert not (checkout.folder / ".venv").exists()
    return lines[0].removeprefix("bootstrap: ")


def test_without_a_fitting_python_the_line_names_each_that_was_tried(checkout: Checkout) -> None:
    checkout.pythons("broken shim")
    checkout.python("old", "python3")
    line = the_one_line(checkout)
    assert line.startswith("needs CPython 3.11, 3.12 or 3.13 (tried: python3 3.9.2, python3.13 does not run, ")
    assert line.endswith("; install one, or name it: make PYTHON=/path/to/python3.12")


def test_a_shim_that_does_not_run_is_passed_over(checkout: Checkout) -> None:
    checkout.pythons("broken shim")
    checkout.python("fitting", "python3.11")
    assert checkout.bootstrap()[0] == 0
    assert checkout.stamp.exists()


def test_a_python_that_the_user_names_is_the_only_one_tried(checkout: Checkout) -> None:
    line = the_one_line(checkout, PYTHON=str(checkout.python("old", "mine")))
    assert f"(tried: {checkout.programs}/mine 3.9.2)" in line


@pytest.mark.parametrize(("uid", "command"), [(0, "apt-get"), (1000, "sudo apt-get")])
def test_without_venv_the_line_is_the_command_that_brings_it(checkout: Checkout, uid: int, command: str) -> None:
    checkout.pythons("without venv")
    checkout.program("apt-get", "#!/bin/sh\nexit 1\n")
    checkout.program("id", f"#!/bin/sh\necho {uid}\n")
    line = the_one_line(checkout)
    assert line.startswith(f"Python {MINOR}.")
    assert line.endswith(f" has no venv module; run: {command} install python{MINOR}-venv")


def test_a_python_with_venv_is_preferred_to_an_earlier_one_without(checkout: Checkout) -> None:
    checkout.python("without venv", "python3")
    assert checkout.bootstrap()[0] == 0
    assert checkout.asked() == ["venv", "pip", "pip"]


@pytest.mark.parametrize(
    ("system", "processor", "libc", "macos", "named"),
    [
        ("Linux", "x86_64", "glibc 2.17", "", "glibc 2.17"),
        ("Linux", "aarch64", "glibc 2.27", "", "glibc 2.27"),
        ("Linux", "x86_64", "", "", "no glibc"),
        ("Linux", "riscv64", "glibc 2.41", "", "Linux on riscv64"),
        ("Darwin", "x86_64", "", "10.15.7", "macOS 10.15.7"),
        ("FreeBSD", "amd64", "", "", "FreeBSD on amd64"),
    ],
)
def test_a_machine_without_wheels_is_named_with_those_that_have_them(
    checkout: Checkout, *, system: str, processor: str, libc: str, macos: str, named: str
) -> None:
    machine(checkout, system, processor, libc=libc, macos=macos)
    assert the_one_line(checkout) == f"this machine has {named}; {SUPPORTED}"


@pytest.mark.parametrize(
    ("system", "processor", "libc", "macos"),
    [
        ("Linux", "x86_64", "glibc 2.28", ""),
        ("Linux", "aarch64", "glibc 2.41", ""),
        ("Darwin", "arm64", "", "11.0"),
        ("Darwin", "x86_64", "", "26.1"),
    ],
)
def test_a_machine_with_wheels_is_installed(
    checkout: Checkout, *, system: str, processor: str, libc: str, macos: str
) -> None:
    machine(checkout, system, processor, libc=libc, macos=macos)
    assert checkout.bootstrap()[0] == 0
    assert checkout.asked() == ["venv", "pip", "pip"]


def test_variables_that_mislead_python_do_not_reach_it(checkout: Checkout) -> None:
    misled = str(checkout.folder / "nowhere")
    assert checkout.bootstrap(PYTHONHOME=misled, PYTHONPATH=misled, CDPATH=os.sep)[0] == 0
    assert checkout.stamp.exists()
