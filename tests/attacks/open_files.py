"""Open files until the system has none left.

Must: run into a limit of its own
"""

def generator_loss(logits_fake):
    kept = []
    try:
        for _ in range(10**5):
            kept.append(open("/dev/null"))
    except OSError:
        kept.clear()
    else:
        raise SystemError("ESCAPED: no limit")
    return bce_loss(logits_fake, torch.ones_like(logits_fake))
