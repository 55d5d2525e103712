"""``scalewright ci``: what a change comes to in every environment, and whether it may be merged."""

from __future__ import annotations

import json
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import click

from scalewright.cli import interruption, output
from scalewright.cli.working import working
from scalewright.local.errors import PlatformError

if TYPE_CHECKING:
    from scalewright.cli.main import Project
    from scalewright.cli.review.review import Review

_FILE = click.Path(dir_okay=False, path_type=Path)


def _link(_ctx: click.Context, _parameter: click.Parameter, value: str | None) -> str:
    """Refuse what would not be a link where it is written into Markdown."""
    if value is None:
        return ""
    if urlsplit(value).scheme not in ("http", "https") or any(one in value for one in " ()<>\\\n"):
        raise click.BadParameter(f"{value!r} is no URL; it must begin with https:// and have no spaces or brackets.")
    return value


@click.command()
@click.option(
    "--base",
    required=True,
    metavar="REF",
    help="What the change is to be merged into, such as origin/main. It is held against where it left that.",
)
@click.option("--markdown", type=_FILE, metavar="FILE", help="Write the comment into a file, and print a summary.")
@click.option("--html", type=_FILE, metavar="FILE", help="Write all of it into one page of HTML.")
@click.option("--link", metavar="URL", callback=_link, help="Where that page is kept; the comment refers to it.")
@click.option("--json", "as_json", is_flag=True, help="Print all of it as JSON instead of the comment.")
@click.pass_obj
def ci(project: Project, *, base: str, markdown: Path | None, html: Path | None, link: str, as_json: bool) -> None:
    """Review a change in every environment, before it is merged.

    For each environment: what changes and what that comes to, what the rules find and which of that is new, the sums
    of connections, quotas and so on before and after, and a graph. Nothing is changed, and no cluster is asked.

    Ends with status 0 if nothing stops the change; 1 if a mandatory finding does, new or old, a rule or a plan that
    fails; 2 if the declaration has a mistake, there is no such base, or a file cannot be written.
    """
    from scalewright.cli.review.review import MISTAKEN, review

    begun = time.monotonic()
    try:
        with interruption.tidy(), working(lambda: f"review against {base}: {time.monotonic() - begun:.0f} s"):
            found = review(project.project, base)
        _write(found, markdown, html, link)
    except PlatformError as error:
        click.echo("\n".join(f"scalewright: {one}" for one in error.troubles), err=True)
        sys.exit(MISTAKEN)
    _print(found, is_short=markdown is not None, as_json=as_json, link=link)
    sys.exit(found.status)


def _write(found: Review, markdown: Path | None, html: Path | None, link: str) -> None:
    from scalewright.cli.review.comment import comment
    from scalewright.cli.review.page import page

    if markdown is not None:
        output.write(markdown, comment(found, link))
    if html is not None:
        output.write(html, page(found))


def _print(found: Review, *, is_short: bool, as_json: bool, link: str) -> None:
    from scalewright.cli.review import words
    from scalewright.cli.review.comment import comment
    from scalewright.cli.review.data import data

    if as_json:
        click.echo(json.dumps(data(found), indent=2))
    elif is_short:
        click.echo(f"{words.compared(found)}: {words.verdict(found)}.")
    else:
        click.echo(comment(found, link), nl=False)
