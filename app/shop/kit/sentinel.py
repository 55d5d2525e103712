"""Redis behind sentinels, which know who the primary is and choose another when it is lost.

https://valkey.io/topics/sentinel/
"""

from urllib.parse import urlsplit

#: What sentinels call the primary in Valkey's own configuration, and so do those of every platform.
PRIMARY = "mymaster"
PORT = 26379
#: Their addresses, as kombu has them; and where they and the servers speak TLS.
SCHEME, ENCRYPTED = "sentinel", "rediss+sentinel"


def is_sentinel(url: str) -> bool:
    """Whether an address names sentinels rather than the server itself."""
    return url.startswith((f"{SCHEME}://", f"{ENCRYPTED}://"))


def is_encrypted(url: str) -> bool:
    """Whether an address, of sentinels or of a server, is that of one that speaks TLS."""
    return url.startswith("rediss")


def addresses(url: str) -> list[tuple[str, int]]:
    """Return host and port of each sentinel in ``sentinel://<host>:<port>/<number>;sentinel://...``."""
    parts = [urlsplit(part) for part in url.split(";")]
    return [(part.hostname or "", part.port or PORT) for part in parts]


def number(url: str) -> int:
    """Return the number of the database, which stands behind the first address."""
    return int(urlsplit(url.partition(";")[0]).path.strip("/") or 0)
