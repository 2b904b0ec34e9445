"""Recurse until the stack of the process is gone.

Must: cost only the task that crashed
Loses: generator_loss 10
Limits: cpu_s 4, wall_s 8
"""

import sys


class Deep:
    def __getattr__(self, name):
        return getattr(Deep(), name)


def generator_loss(logits_fake):
    sys.setrecursionlimit(10**9)
    return Deep().x
