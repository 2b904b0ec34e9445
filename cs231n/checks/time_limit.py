"""Interrupt code that runs too long, in a notebook or a terminal."""

import _thread
import os
import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager

DEFAULT_LIMIT = 60.0  # seconds for one task; a correct one needs five on a busy machine
REPEAT = 1.0  # seconds between two interrupts: the code may catch the first


class TimeLimitReached(Exception):
    """The block took longer than it may."""


def check_limit() -> float:
    """Return the seconds that one check may take: GANS_CHECK_LIMIT, by default 60; 0 for no limit.

    Raises:
        ValueError: GANS_CHECK_LIMIT is no number of seconds.
    """
    text = os.environ.get("GANS_CHECK_LIMIT", "").strip()
    try:
        seconds = float(text) if text else DEFAULT_LIMIT
        if seconds >= 0:
            return seconds
    except ValueError:
        pass
    raise ValueError(
        f"environment variable GANS_CHECK_LIMIT: expected a number of seconds; found {text!r}; set "
        "it to a number such as 60, or unset it"
    )


@contextmanager
def time_limit(seconds: float) -> Iterator[None]:
    """Interrupt the main thread, as Ctrl-C does, while the block runs longer than it may.

    Outside the main thread there is no limit: only the main thread can be interrupted.

    Args:
        seconds: of the clock; 0 for no limit.
    Raises:
        TimeLimitReached: the block was interrupted.
    """
    if not seconds or threading.current_thread() is not threading.main_thread():
        yield
        return
    ended, reached = threading.Event(), False
    main = threading.get_ident()

    def interrupt() -> None:
        nonlocal reached
        pause = seconds
        while not ended.wait(pause):
            reached, pause = True, REPEAT
            if hasattr(signal, "pthread_kill"):
                signal.pthread_kill(main, signal.SIGINT)  # also ends a sleep
            else:
                _thread.interrupt_main()

    handler = signal.signal(signal.SIGINT, signal.default_int_handler)
    timer = threading.Thread(target=interrupt, daemon=True)
    timer.start()
    try:
        try:
            yield
        finally:
            ended.set()
            timer.join()
    except KeyboardInterrupt:
        if not reached:
            raise
    finally:
        signal.signal(signal.SIGINT, handler)
    if reached:
        raise TimeLimitReached
