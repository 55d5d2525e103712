"""``scalewright render``: the manifests of an environment on Kubernetes."""

from __future__ import annotations

import errno
import re
import shutil
import signal
import tempfile
import time
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

import click

from scalewright.cli.arguments import environment_argument
from scalewright.cli.working import working
from scalewright.local.errors import PlatformError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from scalewright.cli.main import Project

#: Where files are written until all of them are there.
SCRATCH = ".render-"
#: The names of what a render writes, and of what one leaves that was killed.
OURS = re.compile(rf"\d{{3,}}-[a-z0-9.-]+\.yaml|REFERENCES\.md|{re.escape(SCRATCH)}.*")
#: Troubles of the disk, which another folder need not mend; all others are those of the folder.
OF_THE_DISK = (errno.ENOSPC, errno.EDQUOT, errno.EIO)


@click.command()
@environment_argument
@click.option(
    "-o",
    "--output",
    type=click.Path(file_okay=False, path_type=Path),
    required=True,
    help="The folder for the manifests; what an earlier render left there is replaced.",
)
@click.pass_obj
def render(project: Project, environment: str, output: Path) -> None:
    """Write the manifests of an environment on Kubernetes.

    One file an object, in the order in which `kubectl apply --server-side -f` takes them. Needs no cluster and no
    Pulumi CLI. Secrets are named, never written: REFERENCES.md lists what others must make, and the operators to
    install.
    """
    begun = time.monotonic()
    require_kubernetes(project.project, environment)
    with _told(output):
        refuse_foreign(output)
    with working(lambda: f"{environment}: {time.monotonic() - begun:.0f} s"), _at_once():
        files = _files(project.project, environment)
    with _told(output):
        replace(output, files)
    from scalewright.plan.render import REFERENCES

    click.echo(f"{environment}: {len(files) - 1} objects in {output} in {time.monotonic() - begun:.1f} s.")
    click.echo(f"  what others must make: {output / REFERENCES}")


def require_kubernetes(project: Path, environment: str) -> None:
    """Raise PlatformError for an environment that is on another platform."""
    from scalewright.declaration import load

    platform = load(project, environment).platform
    if platform != "kubernetes":
        raise PlatformError(
            f"environment {environment} is on platform {platform}, which has no manifests. Name one on kubernetes"
        )


def _files(project: Path, environment: str) -> Mapping[str, str]:
    from scalewright.evaluation import ProgramError
    from scalewright.plan.render import RenderError
    from scalewright.plan.render import render as rendered
    from scalewright.program import plan

    try:
        return rendered(plan(project, environment))
    except RenderError as error:
        raise PlatformError(f"{environment} cannot be rendered: {error}") from error
    except ProgramError as error:
        lines = map(str.strip, str(error).splitlines())
        raise PlatformError(*(f"{environment} cannot be rendered: {line}" for line in lines)) from error


def refuse_foreign(folder: Path) -> None:
    """Raise PlatformError for a folder that holds what no render wrote."""
    if foreign := sorted(path.name for path in _in(folder) if not OURS.fullmatch(path.name)):
        names = ", ".join(foreign[:5]) + (f" and {len(foreign) - 5} more" if len(foreign) > 5 else "")
        raise PlatformError(f"{folder} holds files that no render wrote: {names}. Name an empty folder, or a new one")


def replace(folder: Path, files: Mapping[str, str]) -> None:
    """Write files into a folder in place of those of an earlier render; interrupted, it leaves the folder as it was."""
    refuse_foreign(folder)
    new = not folder.exists()
    folder.mkdir(parents=True, exist_ok=True)
    scratch = Path(tempfile.mkdtemp(prefix=SCRATCH, dir=folder))
    try:
        for name, text in files.items():
            (scratch / name).write_text(text, encoding="utf-8", newline="\n")
        with _undisturbed():
            for name in files:
                (scratch / name).replace(folder / name)
            for path in _in(folder):
                if path.name not in files:
                    shutil.rmtree(path) if path.is_dir() else path.unlink()
    except BaseException:
        shutil.rmtree(folder if new else scratch, ignore_errors=True)
        raise


def _in(folder: Path) -> list[Path]:
    return list(folder.iterdir()) if folder.exists() else []


def _interrupt(_number: int, _frame: object) -> NoReturn:
    raise KeyboardInterrupt


@contextmanager
def _at_once() -> Iterator[None]:
    """Let Ctrl-C end a program that is busy; asyncio, which it runs in, would wait until it no longer is."""
    before = signal.signal(signal.SIGINT, _interrupt)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)


@contextmanager
def _undisturbed() -> Iterator[None]:
    """Hold back what a user may end a command by, for the moments in which files change places."""
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT, signal.SIGTERM, signal.SIGHUP})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


@contextmanager
def _told(folder: Path) -> Iterator[None]:
    """Raise PlatformError for a folder that cannot be used."""
    try:
        yield
    except OSError as error:
        if error.errno in OF_THE_DISK:
            raise
        raise PlatformError(
            f"{folder} cannot be written: {error.strerror}. Name a folder that you may write to with --output"
        ) from error
