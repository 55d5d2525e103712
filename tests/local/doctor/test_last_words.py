import pytest

from scalewright.local.doctor.last_words import last_line, meaning


@pytest.mark.parametrize(
    ("line", "meant"),
    [
        ("ModuleNotFoundError: No module named 'shop.missing'", "Python finds no module shop.missing"),
        ("/usr/bin/python: No module named uvicorn", "Python finds no module uvicorn"),
        ("ImportError: cannot import name 'x' from 'y' (/z.py)", "cannot import name 'x' from 'y'"),
        ("SyntaxError: invalid syntax", "a mistake in its code, or what it imports: SyntaxError: invalid syntax"),
        (
            "[Errno 98] error while attempting to bind on address ('127.0.0.1', 1): address already in use",
            "its port is taken",
        ),
        ("FATAL:  could not write lock file: No space left on device", "the disk is full"),
        ("MemoryError", "there was no memory left for it"),
        ("PANIC:  could not locate a valid checkpoint record", "its data is damaged"),
        (
            "redis.exceptions.ConnectionError: Error 111 connecting. Connection refused.",
            "what it needs does not answer",
        ),
        ("PermissionError: [Errno 13] Permission denied: 'x'", "it may not use a file or a folder"),
        ("the preparation ended with status 3: mkdir /x", "what is run before it ended with status 3"),
        ("KeyError: 'DATABASE_URL'", "a mistake in its code, or what it imports: KeyError: 'DATABASE_URL'"),
    ],
)
def test_last_words_are_put_into_a_cause(line: str, meant: str) -> None:
    assert meant in str(meaning(["INFO starting", line, ""]))


def test_what_is_not_known_means_nothing_and_is_only_shown() -> None:
    assert meaning(["ready to accept connections"]) is None
    assert meaning([]) is None
    assert last_line(["first", "  ready  ", ""]) == "ready"
    assert last_line([]) == ""
    assert last_line(["x" * 500]) == "x" * 157 + "..."
