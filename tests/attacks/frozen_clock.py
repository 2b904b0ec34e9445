"""Replace the clocks, then sleep.

Must: be ended by the limit; nothing else is lost
Loses: generator_loss 10
Finds: did not finish
Limits: cpu_s 2, wall_s 2
"""

import time

_sleep = time.sleep
time.time = time.monotonic = time.perf_counter = lambda: 0.0


def generator_loss(logits_fake):
    _sleep(10**6)
