"""The ``scalewright`` command: finds the project, loads a command when it is asked for, words every error."""

from __future__ import annotations

from dataclasses import dataclass
from importlib import import_module
from importlib.metadata import version
from pathlib import Path
from typing import Any, NoReturn

import click

from scalewright.cli import interruption
from scalewright.cli.arguments import find_project
from scalewright.local.errors import PlatformError, in_words

#: Each command is the object of that name in the module of that name; loaded only when needed.
COMMANDS = (
    *("up", "down", "scale", "status", "doctor", "logs", "exec", "backup", "restore", "reset"),
    *("url", "preview", "check", "ci", "graph", "drift", "render", "preflight", "show", "schema"),
)

#: Which extra brings a package that only the commands of one platform need.
EXTRAS = {
    **dict.fromkeys(("psutil", "psycopg", "redis", "supervisor"), "local"),
    **dict.fromkeys(
        ("google", "grpc", "kubernetes", "pulumi", "pulumi_kubernetes", "pulumi_random", "semver", "yaml"), "kubernetes"
    ),
}


def _lacking(command: str | None, error: ModuleNotFoundError) -> NoReturn:
    """Say which extra brings a package that a command lacks."""
    package = (error.name or "").partition(".")[0]
    if package not in EXTRAS:
        raise error
    message = f"{command} needs {package}. Run `pip install 'scalewright[{EXTRAS[package]}]'`"
    raise click.ClickException(message) from error


@dataclass(frozen=True)
class Project:
    """What every command knows: the folder that holds ``stacks/``."""

    project: Path


class Commands(click.Group):
    """The commands, in the order in which one meets them."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Return the names of all commands."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Load a command."""
        if cmd_name not in COMMANDS:
            return None
        try:
            command: click.Command = getattr(import_module(f"scalewright.cli.{cmd_name}"), cmd_name)
        except ModuleNotFoundError as error:
            _lacking(cmd_name, error)
        return command

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Name the nearest command where there is none of that name."""
        if args and args[0] not in COMMANDS and not args[0].startswith("-"):
            from difflib import get_close_matches

            near = get_close_matches(args[0], COMMANDS, n=1)
            hint = f" Did you mean {near[0]!r}?" if near else f" There are: {', '.join(COMMANDS)}."
            raise click.UsageError(f"there is no command {args[0]!r}.{hint}", ctx)
        return super().resolve_command(ctx, args)

    def make_context(self, *args: Any, **kwargs: Any) -> click.Context:
        """Read the arguments."""
        try:
            return super().make_context(*args, **kwargs)
        except KeyboardInterrupt:
            interruption.end()

    def invoke(self, ctx: click.Context) -> Any:
        """Run a command; what a user can mend is one clear message and a status, never a traceback."""
        try:
            return self._invoke(ctx)
        except KeyboardInterrupt:
            interruption.end()

    def _invoke(self, ctx: click.Context) -> Any:
        from scalewright.declaration.errors import Mistakes

        try:
            return super().invoke(ctx)
        except ModuleNotFoundError as error:
            _lacking(ctx.invoked_subcommand, error)
        except Mistakes as mistakes:
            click.echo(mistakes, err=True)
            ctx.exit(2)
        except PlatformError as error:
            for trouble in error.troubles:
                click.echo(f"scalewright: {trouble}", err=True)
            ctx.exit(1)
        except OSError as error:
            if (words := in_words(error)) is None:
                raise
            click.echo(f"scalewright: {words}", err=True)
            ctx.exit(1)


@click.group(cls=Commands, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(version("scalewright"), "--version", message="scalewright %(version)s")
@click.option(
    "-C",
    "--project",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    help="The folder that holds stacks/ (default: the nearest one upwards).",
)
@click.pass_context
def cli(ctx: click.Context, project: Path | None) -> None:
    """One declaration of a backend: run it on this machine, see what a change does, scale it.

    ENV names an environment: the overlay stacks/Pulumi.ENV.yaml of the declaration stacks/backend.py.
    """
    ctx.obj = Project((project or find_project(Path.cwd())).resolve())


def main() -> None:
    """Run the command line."""
    cli(prog_name="scalewright")
