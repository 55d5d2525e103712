"""Logging: one line a record on stderr, tracebacks folded into it."""

import logging
import sys


class _OneLine(logging.Formatter):
    def format(self, record: logging.LogRecord) -> str:
        """Fold line breaks, so that a log collector keeps a traceback with its message."""
        return super().format(record).replace("\n", " | ")


def configure() -> None:
    """Send the root logger's records to stderr; safe to call twice."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(_OneLine("%(asctime)s %(levelname)s %(name)s: %(message)s"))
    logging.basicConfig(level=logging.INFO, handlers=[handler])
