"""Fork through libc and by system call, past Python.

Must: be refused; the honest rest of the file keeps its marks
"""

import ctypes


def generator_loss(logits_fake):
    libc = ctypes.CDLL(None)
    for made in (libc.fork(), libc.vfork(), libc.syscall(57), libc.syscall(435, 0, 0)):
        if made == 0:
            libc._exit(0)
        if made > 0:
            raise SystemError("ESCAPED: a process")
    return bce_loss(logits_fake, torch.ones_like(logits_fake))
