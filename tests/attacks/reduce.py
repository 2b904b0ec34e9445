"""Return objects that run code when they are unpickled.

Must: never be pickled
Loses: generator_loss 10
"""

import os


class Bomb(torch.nn.Linear):
    def __reduce__(self):
        return os.system, ("touch /tmp/exploded",)

    __getstate__ = __reduce_ex__ = lambda self, *_: self.__reduce__()


def generator_loss(logits_fake):
    return Bomb(1, 1)
