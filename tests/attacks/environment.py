"""Read the environment.

Must: find what the sandbox set, nothing of the grader's
"""

import os


def generator_loss(logits_fake):
    for name, value in os.environ.items():
        if "SECRET" in name or PLANTED["secret"] in value or PLANTED["home"] == value:
            raise SystemError(f"ESCAPED: {name}")
    more = set(os.environ) - set(
        "HOME TMPDIR PATH LANG MPLBACKEND MPLCONFIGDIR PYTHONDONTWRITEBYTECODE OMP_NUM_THREADS "
        "OPENBLAS_NUM_THREADS MKL_NUM_THREADS PWD LC_CTYPE GLIBC_TUNABLES".split()
    )
    more = {n for n in more if not n.startswith(("KMP_", "TORCH", "__KMP", "PYTORCH", "TRITON", "QT_"))}
    if more:
        raise SystemError(f"ESCAPED: {more}")
    return bce_loss(logits_fake, torch.ones_like(logits_fake))
