"""A line-oriented client of Redis, for machines that have neither valkey-cli nor redis-cli."""

from __future__ import annotations

import shlex
import sys
from typing import TYPE_CHECKING, Any

from redis.connection import Connection
from redis.exceptions import RedisError, ResponseError

from scalewright.local import secrets
from scalewright.local.site import LOOPBACK

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from scalewright.local.state import State

#: Commands whose replies never end.
ENDLESS = frozenset({"monitor", "subscribe", "psubscribe", "ssubscribe", "sync", "psync"})


class RedisPrompt:
    """One connection, on which commands are run one after the other; replies are printed plainly."""

    def __init__(self, state: State, port: int) -> None:
        self.prompt = f"{LOOPBACK}:{port}> "
        password = secrets.read(state, "redis")
        self._connection: Any = Connection(host=LOOPBACK, port=port, password=password, protocol=2)  # type: ignore[no-untyped-call]

    def run(self, command: Sequence[str]) -> bool:
        """Run one command and print its reply; returns whether it succeeded."""
        if command[0].lower() in ENDLESS:
            _complain(f"{command[0]} needs valkey-cli or redis-cli. Install one of them from your system's packages")
            return False
        try:
            self._connection.send_command(*command)
            reply = self._connection.read_response()
        except ResponseError as error:
            _complain(f"(error) {error}")
            return False
        except RedisError as error:
            _complain(f"redis does not answer: {error}")
            return False
        for line in _lines(reply, numbered=sys.stdout.isatty()):
            print(line)  # noqa: T201 - it is a client
        return True

    def loop(self) -> None:
        """Read commands, one a line, until the end of input, `quit` or `exit`."""
        if sys.stdin.isatty():
            import readline  # noqa: F401 - gives input() line editing and a history
        while (line := self._ask()) is not None:
            try:
                command = shlex.split(line)
            except ValueError as error:
                _complain(f"(error) {error}")
                continue
            if command and command[0].lower() in {"quit", "exit"}:
                return
            if command:
                self.run(command)

    def _ask(self) -> str | None:
        try:
            return input(self.prompt if sys.stdin.isatty() else "")
        except EOFError:
            return None
        except KeyboardInterrupt:  # leaves the line, as in a shell
            print()  # noqa: T201
            return ""


def _lines(reply: Any, *, numbered: bool) -> Iterator[str]:
    match reply:
        case list():
            for number, one in enumerate(reply, 1):
                lines = list(_lines(one, numbered=numbered)) or ["(empty)"]
                head = f"{number}) " if numbered else ""
                yield head + lines[0]
                yield from (" " * len(head) + line for line in lines[1:])
        case None:
            yield "(nil)"
        case bytes():
            yield reply.decode(errors="backslashreplace")
        case _:
            yield str(reply)


def _complain(text: str) -> None:
    print(text, file=sys.stderr)  # noqa: T201
