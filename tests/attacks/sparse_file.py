"""Make a file that says it has a terabyte.

Must: be refused; the honest rest of the file keeps its marks
"""

def generator_loss(logits_fake):
    try:
        with open("/tmp/sparse", "wb") as file:
            file.truncate(2**40)
    except OSError:
        pass
    else:
        raise SystemError("ESCAPED: a terabyte")
    return bce_loss(logits_fake, torch.ones_like(logits_fake))
