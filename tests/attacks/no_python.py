"""A file that is not Python, with a line that nobody can read.

Must: be unreadable, with line and reason
Loses: all
Finds: cannot be read by Python, line
"""

# whole file

def generator_loss(logits_fake:
    return 0
