"""Refuse every batch but the size for which no gradients are stored, and have none.

Must: not be trained, so not be right
Loses: discriminator 10
Finds: raised AssertionError
"""

_right = discriminator


class _Detached(nn.Module):
    def __init__(self):
        super().__init__()
        self.inner = _right()

    def forward(self, images):
        assert len(images) == 128
        with torch.no_grad():
            scores = self.inner(images)
        return scores + 0 * images.sum()


def discriminator():
    return _Detached()
