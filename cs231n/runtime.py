"""The session around the notebook: environment switches, device, autoreload."""

import importlib
import os
import sys
import types

import torch

# GANS_SHORT=digits: enough steps for digits, few enough for the whole notebook in three minutes on
# two cores. Convolutions show digits in fewer steps, and take longer for each.
SHORT = {"digits": {"fully connected": 1_200, "convolutional": 420}}


def step_limit(kind: str = "fully connected") -> int | None:
    """Steps after which every training ends, from GANS_SHORT; None for no limit.

    GANS_SHORT is a number of steps, for a trial run of the whole notebook with the same code, or
    "digits" for as few as still end in digits.

    Args:
        kind: "fully connected" or "convolutional": what "digits" means depends on it.
    Raises:
        ValueError: GANS_SHORT is set to something else.
    """
    text = os.environ.get("GANS_SHORT", "").strip()
    if not text:
        return None
    if text in SHORT:
        return SHORT[text][kind]
    if not text.isdigit():
        raise ValueError(
            f"environment variable GANS_SHORT: expected a number of steps or 'digits'; found "
            f"{text!r}; set it to a number such as 20 or to digits, or unset it"
        )
    return int(text) or None


def data_source() -> str:
    """Where MNIST comes from unless the caller says: GANS_DATA, "sample" in a short run, "auto"."""
    return os.environ.get("GANS_DATA", "").strip() or ("sample" if step_limit() else "auto")


def choose_device() -> torch.device:
    """The fastest device that really works here: CUDA, then MPS, then the CPU."""
    for name, backend in (("cuda", torch.cuda), ("mps", torch.backends.mps)):
        if backend.is_available():
            try:
                (torch.zeros(1, device=name) + 1).item()  # computes there, and waits for the result
                return torch.device(name)
            except RuntimeError:  # a driver or a card that this build of PyTorch cannot use
                continue
    return torch.device("cpu")


def in_kernel():
    """The IPython shell if this process is a notebook's kernel, else None."""
    ipython = sys.modules.get("IPython")
    shell = ipython.get_ipython() if ipython else None
    return shell if getattr(shell, "kernel", None) is not None else None


def autoreload(module: str = "cs231n.gan_pytorch") -> bool:
    """Have the notebook read `module` again whenever its file has been saved.

    Returns:
        True if it is on; False where no notebook is running.
    """
    shell = in_kernel()
    if shell is None:
        return False
    try:
        importlib.import_module("imp")
    except ModuleNotFoundError:
        # Gone since Python 3.12, and IPython 7 (Colab) still takes `reload` from it.
        stand_in = types.ModuleType("imp")
        stand_in.reload = importlib.reload
        sys.modules["imp"] = stand_in
    shell.run_line_magic("reload_ext", "autoreload")
    shell.run_line_magic("autoreload", "1")
    shell.run_line_magic("aimport", module)
    return True
