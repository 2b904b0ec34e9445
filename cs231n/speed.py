"""How a training step is made fast without changing what it computes."""

from collections.abc import Callable

from torch import Tensor, nn, optim

from .cpu_ops import FastConvolutions, agrees, pays_for

FUSED = (optim.Adam, optim.AdamW, optim.SGD)  # exactly these: a subclass may do anything


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


class Forward:
    """A network as the training loop calls it: its convolutions in their fast form if that fits.

    Args:
        model: any network.
    """

    def __init__(self, model: nn.Module):
        self.model, self.call = model, None

    def __call__(self, x: Tensor) -> Tensor:
        self.call = self.call or self._choose(x)
        return self.call(x)

    def _choose(self, x: Tensor) -> Callable[[Tensor], Tensor]:
        return self._fast if pays_for(self.model) and agrees(self.model, x) else self.model

    def _fast(self, x: Tensor) -> Tensor:
        with FastConvolutions():
            return self.model(x)
