"""``scalewright exec``: a client of a server, on the right node."""

from __future__ import annotations

import os
import signal
import sys
from typing import TYPE_CHECKING, NoReturn

import click

from scalewright.cli.arguments import DEFAULT, environment_name
from scalewright.cli.target import target
from scalewright.local.errors import PlatformError

if TYPE_CHECKING:
    from scalewright.cli.main import Project
    from scalewright.declaration import Backend
    from scalewright.local.client import Client


class _Exec(click.Command):
    """Tells whoever writes an option of psql as one of ours where it has to be."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Read the arguments."""
        try:
            return super().parse_args(ctx, args)
        except click.NoSuchOption as error:
            option = error.option_name
            raise click.UsageError(
                f"exec has no option {option}. What is for the client comes after --, as in exec postgres -- {option}",
                ctx,
            ) from error


@click.command(cls=_Exec, options_metavar="[OPTIONS]")
@click.argument("server", metavar="postgres|redis")
@click.argument("arguments", metavar="[-- ARGS]", nargs=-1, type=click.UNPROCESSED)
@click.option(
    "-e", "--env", "environment", default=DEFAULT, show_default=True, callback=environment_name, help="The environment."
)
@click.option(
    "--replica",
    metavar="[N]",
    type=int,
    is_flag=False,
    flag_value=1,
    help="The N-th streaming replica of postgres instead of its primary (default: the first).",
)
@click.pass_obj
def exec(  # noqa: A001 - the name of the command
    project: Project, server: str, arguments: tuple[str, ...], environment: str, replica: int | None
) -> None:
    """Open psql or a client of Redis, logged in as the application.

    What follows `--` is given to that client, and its exit status is the answer:

    \b
      scalewright exec postgres -- -c "SELECT count(*) FROM orders"
      scalewright exec redis -- LLEN orders
    """
    from scalewright.local import client, postgres

    platform, backend = target(project.project, environment)
    node = _node(backend, server, replica)
    if node in postgres.ports(backend):
        _become(client.psql(platform, backend, node, arguments))
    redis = client.redis_server(platform)
    if cli := client.redis_cli(platform.state, redis, arguments):
        _become(cli)
    from scalewright.local.redis_prompt import RedisPrompt

    assert redis.port is not None  # noqa: S101 - servers have one
    prompt = RedisPrompt(platform.state, redis.port)
    if arguments:
        sys.exit(0 if prompt.run(arguments) else 1)
    prompt.loop()


def _node(backend: Backend, server: str, replica: int | None) -> str:
    """Return the name of the process that is meant."""
    from scalewright.cli.suggestion import unknown
    from scalewright.local import postgres, redis

    nodes = (*postgres.ports(backend), *redis.ports(backend))
    if server not in nodes:
        raise PlatformError(unknown("client for", server, nodes))
    if replica is None:
        return server
    if server != postgres.PRIMARY:
        raise PlatformError(f"{server} has no replica. Leave out --replica")
    name = f"{server}-replica-{replica}"
    if name not in nodes:
        count = len(postgres.ports(backend)) - 1
        bound = f"it must be from 1 to {count}" if count else "postgres has no replica"
        raise PlatformError(f"--replica is {replica}, but {bound}. Name another, or raise postgres.instances")
    return name


def _become(client: Client) -> NoReturn:
    """Become the client, so that Ctrl-C and the exit status are its own."""
    signal.signal(signal.SIGPIPE, signal.SIG_DFL)  # Python ignores it, and what it becomes would inherit that
    os.execvpe(client.command[0], client.command, client.environment)  # noqa: S606 - no shell is the point
