"""A server of Redis that can TLS, and certificates for it; the one that comes as a wheel cannot."""

from __future__ import annotations

import os
import shutil
import subprocess
from functools import cache
from typing import TYPE_CHECKING, NamedTuple

import pytest

if TYPE_CHECKING:
    from pathlib import Path

PROGRAMS = ("valkey-server", "redis-server")
#: Where the server listens, by address: certificates are for these.
ADDRESSES = ("127.0.0.1", "127.0.0.2", "127.0.0.3")


class Certificate(NamedTuple):
    """Files in PEM: those of a server, and the certificate of who vouches for it."""

    authority: Path
    certificate: Path
    key: Path


@cache
def _found() -> str | None:
    for program in filter(None, (os.environ.get("VALKEY_WITH_TLS"), *map(shutil.which, PROGRAMS))):
        if _knows(program, "tls-port", "0"):  # one that was built without TLS does not
            return program
    return None


def _knows(program: str, setting: str, value: str) -> bool:
    """Whether a server knows a setting: it then refuses the folder, and else names the setting."""
    tried = subprocess.run(
        [program, "--port", "0", f"--{setting}", value, "--dir", "/nowhere"],
        capture_output=True,
        text=True,
        check=False,
        timeout=30,
    )
    return setting not in tried.stdout + tried.stderr


def server() -> str:
    """Return the program; skips the test where there is none."""
    if (program := _found()) is None:
        pytest.skip("no valkey-server or redis-server on PATH was built with TLS. Debian's redis-server is, for one")
    return program


def knows_reload(program: str) -> bool:
    """Whether it looks for renewed certificates by itself, which Valkey does since 9.1."""
    return _knows(program, "tls-auto-reload-interval", "1")


def certificate(folder: Path, name: str = "redis") -> Certificate:
    """Make an authority and a certificate of it for the loopback addresses."""
    made = Certificate(folder / f"{name}-ca.crt", folder / f"{name}.crt", folder / f"{name}.key")
    authority_key = folder / f"{name}-ca.key"
    new = ("openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2")
    _run(*new, "-subj", f"/CN={name}-ca", "-keyout", str(authority_key), "-out", str(made.authority))
    names = ",".join(f"IP:{one}" for one in ADDRESSES)
    _run(
        *(*new, "-subj", f"/CN={name}", "-addext", f"subjectAltName={names}", "-addext", "basicConstraints=CA:FALSE"),
        *("-CA", str(made.authority), "-CAkey", str(authority_key)),
        *("-keyout", str(made.key), "-out", str(made.certificate)),
    )
    return made


def _run(*command: str) -> None:
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)
    assert done.returncode == 0, done.stderr
