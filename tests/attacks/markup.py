"""Raise an exception whose text is a script.

Must: be shown as text
Loses: generator_loss 10
Finds: ValueError
"""

def generator_loss(logits_fake):
    raise ValueError("<script>alert(1)</script><img src=x onerror=alert(1)>")
