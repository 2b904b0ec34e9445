"""End the import by exits of every kind, before and after a wrong function.

Must: earn nothing for the wrong function; the others keep their marks
Loses: generator_loss 10
"""

import sys

sys.exit(0)
raise SystemExit("85/85")
quit()


def generator_loss(logits_fake):
    return 0 * logits_fake.sum()


exit()
raise GeneratorExit_
