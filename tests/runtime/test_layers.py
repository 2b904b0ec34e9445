import torch
from torch import nn

from cs231n.layers import Flatten, Unflatten, initialize_weights


def test_flatten_keeps_the_batch_axis():
    """Flatten joins every axis but the first, also of a tensor that is not contiguous."""
    x = torch.arange(24.0).reshape(2, 3, 2, 2).transpose(2, 3)
    assert torch.equal(Flatten()(x), x.reshape(2, 12))


def test_unflatten_is_the_inverse_of_flatten_for_any_batch_size():
    """One Unflatten serves batches of every size, and Flatten undoes it."""
    layer = Unflatten(C=3, H=2, W=2)
    for n in (1, 5):
        x = torch.arange(12.0 * n).reshape(n, 12)
        assert layer(x).shape == (n, 3, 2, 2)
        assert torch.equal(Flatten()(layer(x)), x)


def test_unflatten_shows_its_sizes():
    """Printing a network shows the sizes of its Unflatten, whose defaults are the DCGAN's."""
    assert "C=128, H=7, W=7" in repr(Unflatten())


def test_initialize_weights_touches_linear_and_transposed_convolution_only():
    """Only weights of Linear and ConvTranspose2d change; biases and other layers stay."""
    torch.manual_seed(0)
    model = nn.Sequential(
        nn.Linear(4, 3), nn.ConvTranspose2d(2, 2, 3), nn.Conv2d(2, 2, 3), nn.BatchNorm1d(3)
    )
    before = {name: p.detach().clone() for name, p in model.named_parameters()}
    model.apply(initialize_weights)
    changed = {name for name, p in model.named_parameters() if not torch.equal(p, before[name])}
    assert changed == {"0.weight", "1.weight"}


def test_initialize_weights_is_xavier_uniform():
    """Weights of a Linear layer fill the range +-sqrt(6 / (fan_in + fan_out)) and no more."""
    torch.manual_seed(0)
    layer = nn.Linear(100, 50)
    initialize_weights(layer)
    bound = (6 / 150) ** 0.5
    assert 0.98 * bound < layer.weight.abs().max() <= bound
