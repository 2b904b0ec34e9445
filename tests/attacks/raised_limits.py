"""Lift the limits, then loop.

Must: be ended by the limit; nothing else is lost
Loses: generator_loss 10
Finds: processor time
Limits: cpu_s 2, wall_s 60
"""

import resource


def generator_loss(logits_fake):
    for what in (resource.RLIMIT_CPU, resource.RLIMIT_AS, resource.RLIMIT_NPROC):
        try:
            resource.setrlimit(what, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
        except (OSError, ValueError):
            continue
        raise SystemError("ESCAPED: a limit was lifted")
    while True:
        pass
    return bce_loss(logits_fake, torch.ones_like(logits_fake))
