"""Sleep in every task to hold up the class.

Must: be ended once for all when the time of a submission is over
Loses: all
Finds: did not finish
Limits: cpu_s 2, wall_s 2, total_s 5
"""

import time


def _sleep(*_, **__):
    time.sleep(10**6)


sample_noise = discriminator = generator = discriminator_loss = generator_loss = _sleep
get_optimizer = ls_discriminator_loss = ls_generator_loss = _sleep
build_dc_classifier = build_dc_generator = _sleep
