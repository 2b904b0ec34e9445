"""The given building blocks: reshaping layers and the weight initialisation of the DCGAN."""

from torch import Tensor, nn


class Flatten(nn.Module):
    """Reshape (N, ...) to (N, D): keep the batch axis and join all others."""

    def forward(self, x: Tensor) -> Tensor:
        """Return the reshaped tensor (N, D)."""
        return x.reshape(x.shape[0], -1)


class Unflatten(nn.Module):
    """Reshape (N, C*H*W) to (N, C, H, W), the inverse of `Flatten`.

    Args:
        N: batch size, or -1 for any. Leave it at -1: a network with a fixed batch size works with
            that size only.
        C, H, W: channels, height and width of the result.
    """

    def __init__(self, N: int = -1, C: int = 128, H: int = 7, W: int = 7):
        super().__init__()
        self.shape = (N, C, H, W)

    def forward(self, x: Tensor) -> Tensor:
        """Return the reshaped tensor (N, C, H, W)."""
        return x.view(*self.shape)  # (N, C*H*W) -> (N, C, H, W)

    def extra_repr(self) -> str:
        """Return the sizes, for the printed model."""
        return "N={}, C={}, H={}, W={}".format(*self.shape)


def initialize_weights(m: nn.Module) -> None:
    """Set Xavier-uniform weights (Glorot and Bengio 2010) in Linear and ConvTranspose2d layers.

    Use it as `model.apply(initialize_weights)`. Biases and all other layers keep their values.
    """
    if isinstance(m, (nn.Linear, nn.ConvTranspose2d)):
        nn.init.xavier_uniform_(m.weight)
