"""What hinders Pulumi's command line, in one sentence with its remedy. Pure."""

from __future__ import annotations

import os
import re
import socket
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

_LOCK = re.compile(r"created by (?P<user>.*)@(?P<host>.*) \(pid (?P<pid>\d+)\) at (?P<since>\S+)")
VARIABLE = "PULUMI_CONFIG_PASSPHRASE"
FILE = f"{VARIABLE}_FILE"
LOGIN = 'Run `pulumi login "file://$HOME/.pulumi-state"`, or `pulumi login` for Pulumi Cloud; docs/pulumi.md tells more'


def troubles(errors: str, environment: str) -> tuple[str, ...]:
    """Return what a command that failed wrote to its standard error, in sentences for a user."""
    for pattern, said in _KNOWN:
        if found := re.search(pattern, errors):
            return said(found, errors, environment)
    lines = [line.removeprefix("error: ").strip() for line in errors.splitlines() if line.startswith("error: ")]
    return tuple(lines) or (" ".join(errors.split()) or "Pulumi ended without a word. Run its command by itself",)


def is_missing(errors: str) -> bool:
    """Whether a command failed because there is no such stack."""
    return bool(re.search(r"no stack named .* found", errors))


def _locked(_found: re.Match[str], errors: str, environment: str) -> tuple[str, ...]:
    cancel = f"`pulumi cancel -s {environment}`"
    locks = [
        f"{one['user']} on {one['host']} (process {one['pid']}{_rest(one)}) since {one['since']}"
        for one in _LOCK.finditer(errors)
    ]
    by = f" by {' and '.join(locks)}" if locks else ""
    return (
        f"stack {environment} is locked{by}: another update of it is in progress, or was killed. "
        f"Wait for its end; if it no longer runs, unlock the stack with {cancel}",
    )


def _rest(lock: re.Match[str]) -> str:
    """Tell of a process of this machine whether it is still there."""
    if lock["host"] != socket.gethostname():
        return ""
    try:
        os.kill(int(lock["pid"]), 0)
    except ProcessLookupError:
        return ", which no longer runs"
    except PermissionError:
        return ""
    return ""


def _no_passphrase(_found: re.Match[str], _errors: str, environment: str) -> tuple[str, ...]:
    return (f"the secrets of stack {environment} need a passphrase. Set {VARIABLE}, or {FILE} to a file that holds it",)


def _wrong_passphrase(_found: re.Match[str], _errors: str, environment: str) -> tuple[str, ...]:
    return (
        f"the passphrase is not that of stack {environment}. Set {VARIABLE}, or {FILE}, to that of whoever made it",
    )


def _not_logged_in(_found: re.Match[str], _errors: str, _environment: str) -> tuple[str, ...]:
    return (f"Pulumi is not logged in to a backend, which keeps what it knows of stacks. {LOGIN}",)


def _no_backend(found: re.Match[str], _errors: str, _environment: str) -> tuple[str, ...]:
    return (f"Pulumi's backend {found[1]} cannot be opened: {found[2]}. Make it, or log in to another. {LOGIN}",)


def _no_project(_found: re.Match[str], _errors: str, _environment: str) -> tuple[str, ...]:
    return ("there is no Pulumi.yaml in the project's folder. docs/pulumi.md tells which files Pulumi needs",)


_KNOWN: tuple[tuple[str, Callable[[re.Match[str], str, str], tuple[str, ...]]], ...] = (
    (r"the stack is currently locked by|\[409\] Conflict", _locked),
    (r"passphrase must be set with", _no_passphrase),
    (r"incorrect passphrase", _wrong_passphrase),
    (r"PULUMI_ACCESS_TOKEN must be set for login", _not_logged_in),
    (r'unable to open (?:state directory|bucket) "?([^"\s]+)"?: (.*)', _no_backend),
    (r"no Pulumi\.yaml project file found", _no_project),
)
