"""The garbage collector of a process that serves requests."""

import gc

YOUNG = 10_000  # new objects before it looks at the young ones: Python's own 700 to 2,000 are a few requests


def settle() -> None:
    """Keep the collector off what was loaded, which lives as long as the process, and have it look less often.

    Reference counts free nearly all of what a request makes; looking for the rest was a tenth of its processor time.
    https://docs.python.org/3/library/gc.html#gc.freeze
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(YOUNG)
