"""Keyset pagination: a cursor says after which row the next page starts, so that no page costs more than another.

https://use-the-index-luke.com/no-offset
"""

import base64
import binascii

MAX_ID = 2**63 - 1  # PostgreSQL bigint


def encode_cursor(row_id: int) -> str:
    """Make the opaque cursor of the page that follows the row `row_id`."""
    return base64.urlsafe_b64encode(row_id.to_bytes(8)).rstrip(b"=").decode()


def decode_cursor(cursor: str) -> int:
    """Read a cursor; `ValueError` when it is not one that `encode_cursor` made."""
    try:
        row_id = int.from_bytes(base64.urlsafe_b64decode(cursor + "="))
    except (binascii.Error, ValueError):
        row_id = 0
    if not 1 <= row_id <= MAX_ID or encode_cursor(row_id) != cursor:
        raise ValueError("must be the next_cursor of an earlier page")
    return row_id
