"""How a command ends on Ctrl-C, where it has nothing of its own to say."""

from __future__ import annotations

import signal
import sys
from typing import NoReturn

#: What a shell reports of a program that was ended by SIGINT.
STATUS = 130


def end() -> NoReturn:
    """Say what to do next, and end; another Ctrl-C meanwhile changes nothing."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    from scalewright.cli.invocation import program

    print(  # noqa: T201 - click may not be loaded yet
        f"\nscalewright: interrupted. Run the command again, or see what runs by `{program()} status`.", file=sys.stderr
    )
    sys.exit(STATUS)
