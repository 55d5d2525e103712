"""Calls to a supervisor over its socket: http://supervisord.org/api.html."""

from __future__ import annotations

import socket
import time
from http.client import HTTPConnection, HTTPException
from typing import TYPE_CHECKING, Any
from xmlrpc.client import Fault, ProtocolError, ServerProxy, Transport

from scalewright.local.errors import PlatformError

if TYPE_CHECKING:
    from pathlib import Path

# Codes of supervisor.xmlrpc.Faults
SHUTDOWN_STATE = 6
BAD_NAME = 10
ALREADY_STARTED = 60
NOT_RUNNING = 70

#: As long as a process may take to stop, a supervisor that was told to end may take.
SHUTDOWN_TIMEOUT = 60.0
#: None of the methods that are called waits for anything: a supervisor that takes so long is stopped or hangs.
ANSWER_TIMEOUT = 15.0


class SupervisorGoneError(PlatformError):
    """Nobody answers on the socket."""

    def __init__(self) -> None:
        super().__init__("the supervisor ended meanwhile. Run the command again")


class Connection:
    """A connection that is opened when it is needed, and opened anew after it broke.

    `pid` is the file that tells who listens on the socket.
    """

    def __init__(self, path: Path, pid: Path) -> None:
        self._pid = pid
        self._transport = _Transport(path)
        self._proxy: Any = ServerProxy("http://localhost", transport=self._transport).supervisor

    def call(self, method: str, *arguments: Any, tolerate: tuple[int, ...] = ()) -> Any:
        """Call a method of the namespace ``supervisor``; a fault whose code is tolerated answers None.

        A supervisor that is shutting down is waited for. Raises SupervisorGoneError when there is none, and
        PlatformError when there is one that does not answer.
        """
        deadline = time.monotonic() + SHUTDOWN_TIMEOUT
        while True:
            try:
                return getattr(self._proxy, method)(*arguments)
            except Fault as fault:
                if fault.faultCode in tolerate:
                    return None
                if fault.faultCode != SHUTDOWN_STATE:
                    raise
                if time.monotonic() > deadline:
                    raise self._stuck("is shutting down and does not end", SHUTDOWN_TIMEOUT) from fault
                time.sleep(0.1)
            except (TimeoutError, BlockingIOError) as error:  # the latter once nobody takes connections any more
                self.close()
                raise self._stuck("does not answer", ANSWER_TIMEOUT) from error
            except (OSError, HTTPException, ProtocolError) as error:
                self.close()
                raise SupervisorGoneError from error

    def close(self) -> None:
        """Close it; the next call opens it anew."""
        self._transport.close()

    def _stuck(self, how: str, seconds: float) -> PlatformError:
        try:
            pid = self._pid.read_text().strip()
        except FileNotFoundError:
            pid = "PID"
        return PlatformError(
            f"the supervisor (pid {pid}) {how}, for {seconds:.0f} s now. End it by `kill -KILL {pid}`, which ends what "
            "it looks after too, then run the command again"
        )


class _Transport(Transport):
    """XML-RPC over a Unix socket."""

    def __init__(self, path: Path) -> None:
        super().__init__()
        self._path = path

    def make_connection(self, host: Any) -> HTTPConnection:
        """Return the connection there is, or open one."""
        connection = self._connection[1] or _UnixConnection(self._path)
        self._connection = host, connection
        return connection


class _UnixConnection(HTTPConnection):
    def __init__(self, path: Path) -> None:
        super().__init__("localhost", timeout=ANSWER_TIMEOUT)
        self._path = path

    def connect(self) -> None:
        """Connect to the socket of that path."""
        self.sock = socket.socket(socket.AF_UNIX)
        self.sock.settimeout(ANSWER_TIMEOUT)
        self.sock.connect(str(self._path))
