"""Calls to a supervisor over its socket: http://supervisord.org/api.html."""

from __future__ import annotations

import time
from http.client import HTTPException
from typing import TYPE_CHECKING, Any
from xmlrpc.client import Fault, ProtocolError, ServerProxy

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


class SupervisorGoneError(PlatformError):
    """Nobody answers on the socket."""

    def __init__(self) -> None:
        super().__init__("the supervisor ended meanwhile. Run the command again")


class Connection:
    """A connection that is opened when it is needed, and opened anew after it broke."""

    def __init__(self, socket: Path) -> None:
        self._socket = socket
        self._proxy: Any = None

    def call(self, method: str, *arguments: Any, tolerate: tuple[int, ...] = ()) -> Any:
        """Call a method of the namespace ``supervisor``; a fault whose code is tolerated answers None.

        A supervisor that is shutting down is waited for. Raises SupervisorGoneError when there is none.
        """
        deadline = time.monotonic() + SHUTDOWN_TIMEOUT
        while True:
            try:
                return getattr(self._open(), method)(*arguments)
            except Fault as fault:
                if fault.faultCode in tolerate:
                    return None
                if fault.faultCode != SHUTDOWN_STATE:
                    raise
                if time.monotonic() > deadline:
                    raise PlatformError(
                        "the supervisor is shutting down and does not end. Kill it by its pid"
                    ) from fault
                time.sleep(0.1)
            except (OSError, HTTPException, ProtocolError) as error:
                self._proxy = None
                raise SupervisorGoneError from error

    def _open(self) -> Any:
        if self._proxy is None:
            from supervisor.xmlrpc import SupervisorTransport

            transport = SupervisorTransport(None, None, f"unix://{self._socket}")
            self._proxy = ServerProxy("http://127.0.0.1", transport=transport).supervisor
        return self._proxy
