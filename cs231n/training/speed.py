"""How a training step is made fast without changing what it computes."""

from collections.abc import Callable

import torch
from torch import Tensor, nn, optim

from .fast_cpu import FastConvolutions, agrees, pays_for

FUSED = (optim.Adam, optim.AdamW, optim.SGD)  # exactly these: a subclass may do anything
PRECISIONS = ("float32", "bfloat16")


def fuse(optimizer: optim.Optimizer) -> bool:
    """Let a stock optimizer update all weights in one kernel, if that is safe.

    Safe is: Adam, AdamW or SGD itself, with floating-point weights on a processor or CUDA, no
    implementation chosen by hand, and on CUDA no state yet (its step counts would lie on the CPU).

    Returns:
        Whether the optimizer is fused now. Its hyperparameters and state stay as they are.
    """
    if type(optimizer) not in FUSED:
        return False
    weights = [p for group in optimizer.param_groups for p in group["params"]]
    kinds = {p.device.type for p in weights}
    fits = kinds == {"cpu"} or (kinds == {"cuda"} and not optimizer.state)
    by_hand = ("foreach", "differentiable", "capturable", "fused")
    chosen = any(group.get(key) for group in optimizer.param_groups for key in by_hand)
    if not fits or chosen or not all(p.is_floating_point() for p in weights):
        return False
    for group in optimizer.param_groups:
        if group.get("fused") is None:  # False is a choice too
            group["fused"] = True
    return True


def check_precision(precision: str, device: torch.device) -> None:
    """Refuse a precision that does not exist or would be slow on this device.

    Raises:
        ValueError: another word than "float32" or "bfloat16", or no bfloat16 in the hardware.
    """
    if precision not in PRECISIONS:
        raise ValueError(
            f"train_gan: precision: expected one of {PRECISIONS}; found {precision!r}; "
            'leave it out for "float32"'
        )
    if precision == "bfloat16" and not has_bfloat16(device):
        raise ValueError(
            "train_gan: precision: bfloat16 needs a processor with avx512_bf16 or AMX, or a GPU "
            f'that has it; found none on {device.type}; use precision="float32"'
        )


def has_bfloat16(device: torch.device) -> bool:
    """Whether the device multiplies bfloat16 in hardware; without, it is slower than float32."""
    if device.type == "cuda":
        return torch.cuda.is_bf16_supported(including_emulation=False)
    # PyTorch 2.6 has no public way to ask a processor
    return device.type == "cpu" and torch.cpu._is_avx512_bf16_supported()


def rounding(device_type: str, precision: str) -> torch.autocast:
    """A context in which matrices are multiplied in that precision; each weight is cast once."""
    return torch.autocast(device_type, torch.bfloat16, enabled=precision == "bfloat16")


class Forward:
    """A network as the training loop calls it: its convolutions in their fast form if that fits.

    Args:
        model: any network.
        precision: "float32" computes in the dtype of the weights. "bfloat16" multiplies matrices
            in bfloat16 and keeps weights, gradients, optimizer and what comes out in float32.
    """

    def __init__(self, model: nn.Module, precision: str = "float32"):
        self.model, self.call, self.precision = model, None, precision

    def __call__(self, x: Tensor) -> Tensor:
        self.call = self.call or self._choose(x)
        with rounding(x.device.type, self.precision):
            return self.call(x).to(x.dtype)

    def _choose(self, x: Tensor) -> Callable[[Tensor], Tensor]:
        return self._fast if pays_for(self.model) and agrees(self.model, x) else self.model

    def _fast(self, x: Tensor) -> Tensor:
        with FastConvolutions():
            return self.model(x)
