"""What a user is told when this machine cannot do what was asked."""

from __future__ import annotations

import errno

#: What helps where a disk does not take what is to be written, or a file is not to be used.
REMEDIES = {
    errno.ENOSPC: "Free space, then run the command again",
    errno.EDQUOT: "Free space, or have your quota raised, then run the command again",
    errno.EROFS: "Make it writable, then run the command again",
    errno.EIO: "Look at the disk, then run the command again",
    errno.EACCES: "Run the command as the user who started the environment, or give yourself the right to it",
    errno.EPERM: "Run the command as the user who started the environment, or give yourself the right to it",
}


class PlatformError(Exception):
    """One or more troubles of this machine, each a sentence with its remedy; the command ends with status 1."""

    def __init__(self, *troubles: str) -> None:
        super().__init__("\n".join(troubles))
        self.troubles = troubles


def in_words(error: OSError) -> str | None:
    """Return what a user is told of a file that could not be used; None for what a user cannot mend."""
    if error.errno not in REMEDIES:
        return None
    return f"{error.filename or 'a file of the project'}: {error.strerror}. {REMEDIES[error.errno]}"
