"""Compute in a pool of processes.

Must: be refused; the honest rest of the file keeps its marks
"""

import multiprocessing


def generator_loss(logits_fake):
    try:
        multiprocessing.get_context("fork").Process(target=print).start()
    except OSError:
        pass
    else:
        raise SystemError("ESCAPED: a process")
    return bce_loss(logits_fake, torch.ones_like(logits_fake))
