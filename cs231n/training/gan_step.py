"""One step of training a GAN: the mathematics of the loop, and nothing else."""

from collections.abc import Callable
from functools import partial
from typing import NamedTuple

from torch import Tensor, nn, optim

from cs231n.data import preprocess_img

from .speed import Forward, rounding
from .steps import as_images, frozen, one_number


class Outcome(NamedTuple):
    """What a step gives: () losses and mean scores, and the fakes (N, 784) of G's half."""

    d_loss: Tensor
    g_loss: Tensor
    d_real: Tensor
    d_fake: Tensor
    fakes: Tensor


class GanStep:
    """A step of both networks, D first; arguments as in `train_gan`."""

    def __init__(
        self,
        D: nn.Module,
        G: nn.Module,
        D_optimizer: optim.Optimizer,
        G_optimizer: optim.Optimizer,
        discriminator_loss: Callable[..., Tensor],
        generator_loss: Callable[..., Tensor],
        precision: str = "float32",
    ):
        self.D, self.G = D, G
        self.D_optimizer, self.G_optimizer = D_optimizer, G_optimizer
        self.discriminator_loss, self.generator_loss = discriminator_loss, generator_loss
        self.scores, self.images = Forward(D, precision), Forward(G, precision)
        self.rounding = partial(rounding, next(G.parameters()).device.type, precision)

    def __call__(self, real: Tensor, noise: Callable[[], Tensor]) -> Outcome:
        """Train on real images (N, 1, 28, 28) in [0, 1]; `noise` is asked twice for (N, dim)."""
        # Both batches of fakes first, so that weights rounded to bfloat16 serve twice: what D
        # learns meanwhile does not change them.
        with self.rounding():
            for_d, fakes = (as_images(self.images(noise())) for _ in range(2))

        # 1. D: raise the scores of real images, lower those of fakes; no gradient reaches G.
        self.D_optimizer.zero_grad()
        with self.rounding():
            logits_real = self.scores(preprocess_img(real))
            logits_fake = self.scores(for_d.detach())
        d_loss = self.discriminator_loss(logits_real, logits_fake)
        one_number(d_loss, "discriminator_loss").backward()
        self.D_optimizer.step()

        # 2. G: raise the scores of its other fakes; D only hands the gradient on.
        self.G_optimizer.zero_grad()
        with frozen(self.D):
            g_loss = self.generator_loss(self.scores(fakes))
            one_number(g_loss, "generator_loss").backward()
        self.G_optimizer.step()
        return Outcome(
            d_loss=d_loss.detach().reshape(()),
            g_loss=g_loss.detach().reshape(()),
            d_real=logits_real.detach().mean(),
            d_fake=logits_fake.detach().mean(),
            fakes=fakes.detach().flatten(1),
        )
