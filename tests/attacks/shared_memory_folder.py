"""Fill /dev/shm.

Must: run into its quota
"""

def generator_loss(logits_fake):
    written = 0
    try:
        for number in range(10**4):
            with open(f"/dev/shm/{number}", "wb") as file:
                written += file.write(bytes(2**22))
    except OSError:
        pass
    if written > 2**25:
        raise SystemError("ESCAPED: more than the quota")
    return bce_loss(logits_fake, torch.ones_like(logits_fake))
