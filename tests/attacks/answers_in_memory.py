"""Search its process for expectations.

Must: find none: they never enter it
"""

import gc
import sys


def generator_loss(logits_fake):
    for thing in gc.get_objects():
        if type(thing) is dict and {"expected", "expectation", "hidden", "mistakes"} & set(map(str, thing)):
            if not str(thing.get("__name__", "")) and "probes" in thing:
                raise SystemError("ESCAPED: expectations")
    frame = sys._getframe()
    while frame:
        for value in frame.f_locals.values():
            if isinstance(value, dict) and {"hidden", "side_condition", "requirement"} & set(value):
                raise SystemError("ESCAPED: which cases are hidden")
        frame = frame.f_back
    return bce_loss(logits_fake, torch.ones_like(logits_fake))
