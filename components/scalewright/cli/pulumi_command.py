"""Pulumi's command line, which only its own installer brings: found, offered, or told how to come by."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import click

from scalewright.local.errors import PlatformError

if TYPE_CHECKING:
    from scalewright.automation.command import CommandLine


def require_command() -> CommandLine:
    """Return the command line, which is installed where one agrees; raises PlatformError where there is none."""
    from scalewright.automation import command

    if found := command.find():
        return found
    lacking = "Pulumi's command line is not here, which makes what is declared in a cluster"
    if not sys.stdin.isatty():
        raise PlatformError(f"{lacking}. {command.how()}")
    click.echo(f"{lacking}.")
    question = f"Install {command.sdk()} below ~/.pulumi/versions by Pulumi's own installer, https://get.pulumi.com?"
    if not click.confirm(question):
        raise PlatformError(f"{lacking}. {command.how()}")
    installed = command.install()
    click.echo(f"Installed Pulumi {installed.version} at {installed.command}.")
    return installed
