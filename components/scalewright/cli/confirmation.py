"""Asking before data is replaced or deleted."""

from __future__ import annotations

import sys

import click

from scalewright.local.errors import PlatformError


def require_yes(question: str, *, yes: bool) -> None:
    """Ask unless `yes` was said already; ends the command on a no, and where nobody can be asked."""
    if yes:
        return
    if not sys.stdin.isatty():
        raise PlatformError(f"{question} There is no terminal to answer on. Say --yes if you mean it")
    click.confirm(question, abort=True)
