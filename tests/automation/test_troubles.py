"""What Pulumi's command line 3.260 really wrote, and what is told of it."""

import os
import socket
import subprocess

import pytest

from scalewright.automation.troubles import is_missing, troubles

LOCKED = (
    "error: the stack is currently locked by 1 lock(s). Either wait for the other process(es) to end or delete the "
    "lock file with `pulumi cancel`.\n"
    "  file:///state/.pulumi/locks/organization/scalewright/dev/3188ffd8.json: created by {user}@{host} (pid {pid}) at "
    "2026-11-25T14:07:42Z\n"
)


def locked(host: str, pid: int) -> str:
    [told] = troubles(LOCKED.format(user="ada", host=host, pid=pid), "dev")
    return told


def test_a_lock_is_told_with_who_has_it_since_when_and_how_to_be_rid_of_it() -> None:
    assert locked("elsewhere", 7) == (
        "stack dev is locked by ada on elsewhere (process 7) since 2026-11-25T14:07:42Z: another update of it is in "
        "progress, or was killed. Wait for its end; if it no longer runs, unlock the stack with `pulumi cancel -s dev`"
    )


def test_of_a_process_of_this_machine_it_is_told_whether_it_still_runs() -> None:
    with subprocess.Popen(["true"]) as process:
        gone = process.pid
    assert f"(process {gone}, which no longer runs)" in locked(socket.gethostname(), gone)
    assert f"(process {os.getpid()})" in locked(socket.gethostname(), os.getpid())


@pytest.mark.parametrize(
    ("wrote", "told"),
    [
        ("error: [409] Conflict: Another update is currently in progress.", "stack dev is locked: another update"),
        (
            "error: could not create secrets manager for new stack: passphrase must be set with "
            "PULUMI_CONFIG_PASSPHRASE or PULUMI_CONFIG_PASSPHRASE_FILE environment variables",
            "the secrets of stack dev need a passphrase. Set PULUMI_CONFIG_PASSPHRASE, or ",
        ),
        (
            "error: getting stack configuration: get stack secrets manager: incorrect passphrase",
            "the passphrase is not that of stack dev. Set PULUMI_CONFIG_PASSPHRASE, or ",
        ),
        (
            "error: PULUMI_ACCESS_TOKEN must be set for login during non-interactive CLI sessions",
            "Pulumi is not logged in to a backend, which keeps what it knows of stacks. Run `pulumi login ",
        ),
        (
            'error: unable to open state directory "file:///absent": stat /absent: no such file or directory',
            "Pulumi's backend file:///absent cannot be opened: stat /absent: no such file or directory. Make it, or ",
        ),
        ("error: something else\nand more", "something else"),
        ("", "Pulumi ended without a word. "),
    ],
)
def test_each_trouble_is_one_sentence_with_its_remedy(wrote: str, told: str) -> None:
    [line] = troubles(wrote, "dev")
    assert line.startswith(told)
    assert "\n" not in line


def test_a_stack_that_is_not_there_is_no_trouble() -> None:
    assert is_missing("error: no stack named 'dev' found")
    assert not is_missing("error: incorrect passphrase")
