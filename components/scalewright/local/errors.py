"""What a user is told when this machine cannot do what was asked."""

from __future__ import annotations


class PlatformError(Exception):
    """One or more troubles of this machine, each a sentence with its remedy; the command ends with status 1."""

    def __init__(self, *troubles: str) -> None:
        super().__init__("\n".join(troubles))
        self.troubles = troubles
