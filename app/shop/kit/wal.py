"""Positions in PostgreSQL's write-ahead log: the tokens of read-your-writes.

https://www.postgresql.org/docs/current/datatype-pg-lsn.html
"""

import re
from dataclasses import dataclass
from typing import Self

PATTERN = re.compile(r"[0-9A-Fa-f]{1,8}/[0-9A-Fa-f]{1,8}")


@dataclass(frozen=True, order=True, slots=True)
class Position:
    """A log sequence number (LSN): a byte offset in the write-ahead log."""

    offset: int

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read PostgreSQL's form, such as `0/3000148`; `ValueError` when `text` is not one."""
        if not PATTERN.fullmatch(text):
            raise ValueError("must be the Consistency-Token of an earlier answer, such as 0/3000148")
        high, low = text.split("/")
        return cls(int(high, 16) << 32 | int(low, 16))

    def __str__(self) -> str:
        return f"{self.offset >> 32:X}/{self.offset & 0xFFFFFFFF:X}"
