"""Send itself a signal that Python has no name for.

Must: be a finding, never an error of the grader
Levels: fresh
"""

import os

_right = get_optimizer


def get_optimizer(model):
    os.kill(os.getpid(), 40)
    return _right(model)
