"""Fill the disk.

Must: run into the quota of its own scratch
Levels: fresh
"""

def generator_loss(logits_fake):
    written = 0
    try:
        for number in range(10**4):
            with open(f"/tmp/{number}", "wb") as file:
                written += file.write(bytes(2**23))
    except OSError:
        pass
    if written > 2**27:
        raise SystemError("ESCAPED: more than the quota")
    return bce_loss(logits_fake, torch.ones_like(logits_fake))
