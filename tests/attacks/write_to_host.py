"""Write where others would read it.

Must: be refused; the honest rest of the file keeps its marks
Levels: fresh
"""

import os


def generator_loss(logits_fake):
    places = ["/", "/app", "/app/cs231n", "/app/guest", "/usr/lib", "/etc", "/dev", "/proc"]
    places += [os.path.dirname(torch.__file__), os.path.dirname(os.__file__), PLANTED["room"], PLANTED["course"]]
    for place in places:
        try:
            open(os.path.join(place, "planted.py"), "w").close()
        except OSError:
            continue
        raise SystemError("ESCAPED: " + place)
    return bce_loss(logits_fake, torch.ones_like(logits_fake))
