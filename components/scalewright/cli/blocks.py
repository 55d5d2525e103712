"""Text within bounds: of what does not fit, the least important goes first, and what is cut is cut between lines. Pure.

A block is whole in itself: what it opens it closes, however few of its lines are left.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence


class Block(NamedTuple):
    """Lines that belong together. `more` is the line that takes the place of so many that are left out."""

    importance: int
    """The lower, the sooner it gets its room."""
    lines: Sequence[str]
    more: Callable[[int], str]
    opening: Sequence[str] = ()
    closing: Sequence[str] = ()
    most: int | None = None
    """How many lines it has at most, however much room there is."""

    @property
    def bounded(self) -> Fitted:
        """All of it, but for lines beyond the most."""
        return self.cut(len(self.lines) if self.most is None else self.most)

    def cut(self, count: int) -> Fitted:
        """Return it with so many of its lines."""
        left = len(self.lines) - count
        rest = [self.more(left)] if left > 0 else []
        return Fitted((*self.opening, *self.lines[:count], *rest, *self.closing), max(left, 0))

    def within(self, room: int) -> Fitted | None:
        """Return as much of it as has room; nothing where not even one line has."""
        if (whole := self.bounded).size <= room:
            return whole
        low, high = 0, len(self.lines) - whole.left
        while high - low > 1:
            middle = (low + high) // 2
            low, high = (middle, high) if self.cut(middle).size <= room else (low, middle)
        return self.cut(low) if low else None


class Fitted(NamedTuple):
    """Lines of a block, and how many were left out."""

    lines: tuple[str, ...]
    left: int

    @property
    def size(self) -> int:
        """Bytes of UTF-8: whoever counts characters finds no more."""
        return sum(len(line.encode()) + 1 for line in self.lines)


def fitted(blocks: Sequence[Block], room: int, rest: Callable[[int], str]) -> str:
    """Return the blocks in their order, within so many bytes; `rest` is the last line where blocks are left out.

    Of blocks that are as important each gets the same room, and what one does not need, the larger ones get.
    """
    room -= len(rest(len(blocks)).encode()) + 1
    taken: dict[int, Fitted] = {}
    for importance in sorted({one.importance for one in blocks}):
        alike = [at for at, one in enumerate(blocks) if one.importance == importance]
        alike.sort(key=lambda at: blocks[at].bounded.size)
        for number, at in enumerate(alike):
            share = room // (len(alike) - number)
            if (found := blocks[at].within(share)) is not None:
                taken[at] = found
                room -= found.size
    lines = [line for at in sorted(taken) for line in taken[at].lines]
    missing = sum(at not in taken for at, one in enumerate(blocks) if one.lines)
    return "\n".join([*lines, *([rest(missing)] if missing else [])]) + "\n"
