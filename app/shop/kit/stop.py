"""The wish of a platform that a process end."""

import signal
from types import FrameType


class StopSignal:
    """Set by SIGTERM and SIGINT, from when it is made.

    A plain flag: `threading.Event.set` takes a lock that the code it interrupts may hold.
    """

    def __init__(self) -> None:
        self.received = False
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, self._receive)

    def _receive(self, _number: int, _frame: FrameType | None) -> None:
        self.received = True
