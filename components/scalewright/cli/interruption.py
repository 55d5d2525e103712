"""How a command ends on Ctrl-C, where it has nothing of its own to say."""

from __future__ import annotations

import signal
import sys
from contextlib import contextmanager
from typing import TYPE_CHECKING, NoReturn

if TYPE_CHECKING:
    from collections.abc import Iterator

#: What a shell reports of a program that was ended by SIGINT, and by SIGTERM.
STATUS, TERMINATED = 130, 143


def end() -> NoReturn:
    """Say what to do next, and end; another Ctrl-C meanwhile changes nothing."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    from scalewright.cli.invocation import program

    print(  # noqa: T201 - click may not be loaded yet
        f"\nscalewright: interrupted. Run the command again, or see what runs by `{program()} status`.", file=sys.stderr
    )
    sys.exit(STATUS)


@contextmanager
def tidy() -> Iterator[None]:
    """End what was begun before SIGTERM ends the command, by which runners cancel a job."""

    def leave(_number: int, _frame: object) -> NoReturn:
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
        sys.exit(TERMINATED)

    before = signal.signal(signal.SIGTERM, leave)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)
