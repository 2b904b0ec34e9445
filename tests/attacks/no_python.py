"""A file that is not Python, with a line that nobody can read.

Must: be unreadable, with line and reason
Loses: all
Finds: Python cannot read your sample_noise; line
"""

# whole file

def generator_loss(logits_fake:
    return 0
