"""What stops a training run with an explanation, and what protects D while G learns."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

import torch
from torch import Tensor, nn

CHECK_EVERY = 100  # steps between two checks for NaN: each check waits for the device


class TrainingError(RuntimeError):
    """Training cannot continue; the message says where and what to do."""


class NanGuard:
    """Checks the losses of many steps at once, so that the device need not wait at each step.

    Args:
        every: steps between two checks.
    """

    def __init__(self, every: int = CHECK_EVERY):
        self.every = every
        self._unchecked: list[tuple[int, Tensor, Tensor]] = []

    def add(self, step: int, d_loss: Tensor, g_loss: Tensor) -> None:
        """Note the () losses of a step; check all that were noted if enough have come together.

        Raises:
            TrainingError: a loss is NaN or infinite; the message names the first such step.
        """
        self._unchecked.append((step, d_loss, g_loss))
        if len(self._unchecked) >= self.every:
            self.check()

    def check(self) -> None:
        """Check the losses noted since the last check.

        Raises:
            TrainingError: as `add`.
        """
        noted, self._unchecked = self._unchecked, []
        if not noted:
            return
        losses = torch.stack([torch.stack(pair) for _, *pair in noted]).cpu()  # (K, 2)
        bad = (~losses.isfinite()).any(dim=1).nonzero()
        if len(bad):
            first = int(bad[0])
            d_loss, g_loss = losses[first].tolist()
            raise TrainingError(
                f"training, step {noted[first][0]}: expected finite losses; found "
                f"d_loss = {d_loss}, g_loss = {g_loss}; look for log(0), a division by zero or a "
                "learning rate that is too large. NaN values do not recover: create both networks "
                "and both optimizers again"
            )


@contextmanager
def frozen(model: nn.Module) -> Iterator[None]:
    """Keep gradients off the model's weights inside the `with` block; they still pass through."""
    weights = [p for p in model.parameters() if p.requires_grad]
    for p in weights:
        p.requires_grad_(False)
    try:
        yield
    finally:
        for p in weights:
            p.requires_grad_(True)


def as_images(x: Tensor) -> Tensor:
    """Return (N, 784) or (N, 1, 28, 28) as (N, 1, 28, 28).

    Raises:
        TrainingError: the images have another number of pixels.
    """
    if x.numel() != len(x) * 784:
        raise TrainingError(
            "training: expected images of shape (N, 784) or (N, 1, 28, 28) from the generator "
            f"and the loader; found {tuple(x.shape)}; check the last layer of the generator"
        )
    return x.reshape(len(x), 1, 28, 28)


@contextmanager
def unchanged(model: nn.Module) -> Iterator[None]:
    """Restore the model's buffers and modes at the end of the `with` block, also after an error."""
    buffers = [(buffer, buffer.clone()) for buffer in model.buffers()]
    modes = [(module, module.training) for module in model.modules()]
    try:
        yield
    finally:
        with torch.no_grad():
            for buffer, before in buffers:
                buffer.copy_(before)
        for module, mode in modes:
            module.training = mode


def checked(loss: Callable[..., Tensor], name: str) -> Callable[..., Tensor]:
    """Return the student's loss function `loss` with `check_loss` applied to its results."""
    return lambda *arguments: check_loss(loss(*arguments), name)


def check_loss(loss: Tensor, name: str) -> Tensor:
    """Return `loss` if it can be minimised.

    Args:
        loss: what the student's function returned.
        name: of that function.
    Raises:
        TrainingError: it is not a tensor with one element that requires a gradient.
    """
    if isinstance(loss, Tensor) and loss.numel() == 1 and loss.requires_grad:
        return loss
    found = type(loss).__name__
    if isinstance(loss, Tensor):
        found = f"a tensor of shape {tuple(loss.shape)}, requires_grad={loss.requires_grad}"
    raise TrainingError(
        f"{name}: expected a tensor with one element through which a gradient can flow; "
        f"found {found}; did you forget `return` or the mean, or compute outside PyTorch?"
    )
