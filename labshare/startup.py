"""What a process loads and makes as it starts stays until it ends."""

import gc
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def nothing_to_collect() -> Iterator[None]:
    """Look for no garbage meanwhile, nor ever again among what is there then.

    Modules, handlers and their signatures are hundreds of thousands of objects; looking through them
    again and again as they come takes a third of the time in which a web process starts.
    """
    gc.disable()
    try:
        yield
    finally:
        gc.freeze()
        gc.enable()
