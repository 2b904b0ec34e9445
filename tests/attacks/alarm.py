"""Leave an alarm that raises an exception in whatever runs later.

Must: cost the file what the alarm hits, never the grader
Loses: build_dc_generator 10
Limits: cpu_s 2, wall_s 4
"""

import signal


def _ring(*_):
    raise ZeroDivisionError("a late alarm")


def build_dc_generator(noise_dim=96):
    signal.signal(signal.SIGALRM, _ring)
    signal.setitimer(signal.ITIMER_REAL, 0.001, 0.001)
    while True:
        pass
