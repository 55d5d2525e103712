"""How many processes a command starts, read from its arguments as the program itself reads them. Pure."""

from __future__ import annotations

import re
import shlex
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

#: Servers of web applications, with the options that tell their number of processes, and the variables that do so where
#: no option does. https://www.uvicorn.org/settings/, https://docs.gunicorn.org/en/stable/settings.html#workers,
#: https://github.com/emmett-framework/granian, https://hypercorn.readthedocs.io/en/latest/how_to_guides/configuring.html,
#: https://uwsgi-docs.readthedocs.io/en/latest/Options.html#processes
SERVERS = {
    "uvicorn": (("--workers",), "WEB_CONCURRENCY"),
    "fastapi": (("--workers",), "WEB_CONCURRENCY"),
    "gunicorn": (("-w", "--workers"), "WEB_CONCURRENCY"),
    "granian": (("--workers",), "GRANIAN_WORKERS"),
    "hypercorn": (("-w", "--workers"), ""),
    "uwsgi": (("-p", "--workers", "--processes"), "UWSGI_PROCESSES"),
}
#: Pools of Celery whose tasks share one process: https://docs.celeryq.dev/en/stable/userguide/workers.html
SHARING = frozenset({"threads", "gevent", "eventlet", "solo"})
#: Programs that do one thing at a time with one connection, and end.
SINGLE = frozenset({"alembic", "migrate"})
_INTERPRETERS = re.compile(r"python[0-9.]*|env|tini|dumb-init|exec")
_SHELLS = frozenset({"sh", "bash", "ash", "dash"})


class Processes(NamedTuple):
    """How many processes a program is, and what tells so."""

    working: int
    parents: int = 0
    """Processes beside those that work, which may open connections, too."""
    program: str = ""
    option: str = ""
    """What the number is set by, such as ``--workers``; empty where nothing sets it."""
    known: bool = True
    """False where the program decides by the machine that it finds, or nothing tells which program it is."""


def processes(command: Sequence[str], variables: Mapping[str, str]) -> Processes:
    """Return how many processes a command starts; an unknown program counts as one."""
    if not command:
        count = _number(variables.get("WEB_CONCURRENCY"))
        return Processes(count or 1, option="WEB_CONCURRENCY" if count else "", known=count is not None)
    words = _words(command)
    names = [PurePosixPath(word).name for word in words]
    for name in names:
        if name in SERVERS:
            return _of_server(name, words, variables)
    if "celery" in names:
        return _of_celery(words)
    if "dramatiq" in names:
        count = _option(words, ("-p", "--processes"))
        return Processes(count or 1, 1, "dramatiq", "--processes", known=count is not None)
    if SINGLE & set(names):
        return Processes(1, program=next(name for name in names if name in SINGLE))
    return Processes(1, program=names[0] if names else "")


def _of_server(name: str, words: Sequence[str], variables: Mapping[str, str]) -> Processes:
    options, variable = SERVERS[name]
    if count := _option(words, options):
        return Processes(count, program=name, option=options[-1])
    count = _number(variables.get(variable)) if variable else None
    return Processes(count or 1, program=name, option=variable if count else options[-1])


def _of_celery(words: Sequence[str]) -> Processes:
    if "worker" not in words:
        return Processes(1, program="celery")
    if option(words, ("-P", "--pool")) in SHARING:
        return Processes(1, program="celery worker")
    scale = option(words, ("--autoscale",))  # most,fewest
    count = _number((scale or "").partition(",")[0]) or _option(words, ("-c", "--concurrency"))
    told = "--autoscale" if scale else "--concurrency"
    # As many as the machine has cores where nothing says so.
    return Processes(count or 1, 1, "celery worker", told, known=count is not None)


def _words(command: Sequence[str]) -> list[str]:
    """Return a command without what only starts it: interpreters, and a shell that is given one line."""
    words = list(command)
    if PurePosixPath(words[0]).name in _SHELLS and len(words) > 1:
        line = words[-1]
        try:
            words = shlex.split(line, comments=True)
        except ValueError:
            words = line.split()
    return [word for word in words if word != "-m" and not _INTERPRETERS.fullmatch(PurePosixPath(word).name)]


def _option(words: Sequence[str], names: Sequence[str]) -> int | None:
    return _number(option(words, names))


def option(words: Sequence[str], names: Sequence[str]) -> str | None:
    """Return what follows an option, as ``-w 4``, ``-w4``, ``--workers 4`` or ``--workers=4``; the last one counts."""
    found = None
    for index, word in enumerate(words):
        for name in names:
            if word == name and index + 1 < len(words):
                found = words[index + 1]
            elif word.startswith(f"{name}="):
                found = word.partition("=")[2]
            elif len(name) == 2 and word.startswith(name) and word[2:].isdigit():
                found = word[2:]
    return found


def _number(text: str | None) -> int | None:
    return int(text) if text and re.fullmatch(r"[1-9]\d{0,5}", text.strip()) else None
