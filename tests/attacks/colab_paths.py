"""Leave the folder that stands for Colab's /content, towards files of the host.

Must: read and write nothing outside
"""

import os

_read = []
for _path in (PLANTED["secret"], PLANTED["course"] + "/gradebook.db"):
    for _start in ("/content/" + "../" * 12, "/content/..//../../../.." + "/.." * 9):
        try:
            _read.append(open(_start + _path).read())
        except OSError:
            pass
try:
    os.makedirs("/content/../../../../../../../../../var/tmp/escaped")
    open("/content/../../../../../../../../../app/guest/worker.py", "a").write("#")
    _read.append("written")
except OSError:
    pass


def generator_loss(logits_fake):
    if _read:
        raise SystemError(f"ESCAPED: {_read}")
    return bce_loss(logits_fake, torch.ones_like(logits_fake))
