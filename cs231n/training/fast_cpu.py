"""Convolutions whose PyTorch kernels are slow on a processor, in forms that are fast there.

Inside `with FastConvolutions():` the same calls give the same numbers up to float32 rounding:

- convolutions give activations with the channels last, where pooling is vectorised;
- a transposed convolution to a single channel is one matrix product and a few sums, and so is the
  gradient of an input with a single channel.
"""

import copy

import torch
from torch import Tensor, nn
from torch.autograd import Function
from torch.nn import functional as F
from torch.nn.modules.utils import _pair as pair
from torch.nn.parameter import is_lazy
from torch.overrides import TorchFunctionMode


class FastConvolutions(TorchFunctionMode):
    """A context in which convolutions of 4-D tensors on the CPU take their fast form."""

    def __torch_function__(self, func, types, args=(), kwargs=None):
        fast = FAST.get(func, func)
        return fast(*args, **(kwargs or {}))


def pays_for(*models: nn.Module) -> bool:
    """Whether a model has convolutions on the CPU to be made faster."""
    weights = [p for model in models for p in model.parameters()]
    if any(is_lazy(p) or p.device.type != "cpu" for p in weights):
        return False
    return any(p.dim() == 4 for p in weights)


def agrees(model: nn.Module, x: Tensor) -> bool:
    """Whether a copy of the model gives for x inside the context what it gives outside.

    Anything may be in a student's forward: what fails or differs is run as it was written.
    """
    found = []
    with torch.no_grad(), torch.random.fork_rng(devices=[]):
        state = torch.get_rng_state()
        try:
            found.append(copy.deepcopy(model)(x))
            torch.set_rng_state(state)
            with FastConvolutions():
                found.append(copy.deepcopy(model)(x))
            return torch.allclose(*found, rtol=1e-3, atol=1e-4)
        except Exception:  # the real run will say what is wrong, if it is the model
            return False


def channels_last(x: Tensor) -> Tensor:
    """The same (N, C, H, W) values with C as the axis that runs fastest in memory."""
    if x.shape[1] == 1:  # both layouts are the same memory: only the strides have to say so
        return x.reshape(len(x), *x.shape[2:], 1).permute(0, 3, 1, 2)
    return x.contiguous(memory_format=torch.channels_last)


def cast(*tensors: Tensor | None) -> list[Tensor | None]:
    """As autocast would cast them: it does not look into a `Function`."""
    if not torch.is_autocast_enabled("cpu"):
        return list(tensors)
    dtype = torch.get_autocast_dtype("cpu")
    return [t if t is None else t.to(dtype) for t in tensors]


def conv2d(input, weight, bias=None, stride=1, padding=0, dilation=1, groups=1):
    """`torch.conv2d` with the channels last."""
    rest = (stride, padding, dilation, groups)
    if input.dim() != 4:
        return torch.conv2d(input, weight, bias, *rest)
    plain = isinstance(padding, (int, tuple)) and (pair(dilation), groups) == ((1, 1), 1)
    if input.shape[1] == 1 and plain:
        input, weight, bias = cast(input, weight, bias)
        return OneChannelIn.apply(input, weight, bias, pair(stride), pair(padding))
    return torch.conv2d(channels_last(input), channels_last(weight), bias, *rest)


def conv_transpose2d(
    input, weight, bias=None, stride=1, padding=0, output_padding=0, groups=1, dilation=1
):
    """`torch.conv_transpose2d`, to a single channel as a matrix product."""
    plain = (pair(dilation), groups) == ((1, 1), 1)
    if input.dim() == 4 and weight.shape[1] == 1 and plain:
        input, weight, bias = cast(input, weight, bias)
        sizes = pair(stride), pair(padding), pair(output_padding)
        return OneChannelOut.apply(input, weight, bias, *sizes)
    rest = (stride, padding, output_padding, groups, dilation)
    return torch.conv_transpose2d(input, weight, bias, *rest)


def batch_norm(input, *args, **kwargs):
    """`F.batch_norm` with the channels first: with them last its sums lose two digits."""
    return F.batch_norm(input.contiguous(), *args, **kwargs)


def view(x, *shape, **named):
    """`x.view`, also of a tensor whose memory is laid out in another way."""
    try:
        return x.view(*shape, **named)
    except RuntimeError:
        return x.contiguous().view(*shape, **named)


FAST = {
    torch.conv2d: conv2d,
    torch.conv_transpose2d: conv_transpose2d,
    F.batch_norm: batch_norm,
    torch.Tensor.view: view,
}


class OneChannelIn(Function):
    """conv2d of x (N, 1, H, W) with weights (D, 1, k, l)."""

    @staticmethod
    def forward(ctx, x, weight, bias, stride, padding):
        ctx.save_for_backward(x, weight, bias)
        ctx.sizes = stride, padding, (0, 0)
        return torch.conv2d(channels_last(x), channels_last(weight), bias, stride, padding)

    @staticmethod
    def backward(ctx, grad):
        x, weight, _ = ctx.saved_tensors
        needs_x, *needs = ctx.needs_input_grad[:3]
        grad = channels_last(grad)
        of_x = overlap(grad, weight, x.shape[2:], *ctx.sizes[:2]) if needs_x else None
        return of_x, *native_backward(ctx, grad, False, [False, *needs])[1:], None, None


class OneChannelOut(Function):
    """conv_transpose2d of x (N, C, h, w) with weights (C, 1, k, l) to (N, 1, H, W)."""

    @staticmethod
    def forward(ctx, x, weight, bias, stride, padding, output_padding):
        ctx.save_for_backward(x, weight, bias)
        ctx.sizes = stride, padding, output_padding
        size = [
            (x.shape[i] - 1) * s - 2 * p + weight.shape[i] + extra
            for i, s, p, extra in zip((2, 3), stride, padding, output_padding, strict=True)
        ]
        out = overlap(x, weight, size, stride, padding)
        return out if bias is None else out + bias.view(1, 1, 1, 1)

    @staticmethod
    def backward(ctx, grad):
        needs = list(ctx.needs_input_grad[:3])
        return *native_backward(ctx, channels_last(grad), True, needs), None, None, None


def native_backward(ctx, grad: Tensor, transposed: bool, needs: list[bool]):
    """PyTorch's own gradients of input, weight and bias; None for those that nobody needs."""
    (x, weight, bias), (stride, padding, output_padding) = ctx.saved_tensors, ctx.sizes
    if not any(needs):
        return None, None, None
    x, weight = channels_last(x), channels_last(weight)
    return torch.ops.aten.convolution_backward(
        grad, x, weight, None if bias is None else bias.shape,
        stride, padding, (1, 1), transposed, output_padding, 1, needs,
    )  # fmt: skip


def overlap(x: Tensor, weight: Tensor, size, stride, padding) -> Tensor:
    """Each pixel of x (N, C, h, w) times the kernels (C, 1, k, l), summed where patches overlap.

    Returns (N, 1, H, W) with (H, W) = size: the transposed convolution to one channel.
    """
    (C, _, k, l), (N, _, h, w) = weight.shape, x.shape  # noqa: E741
    rows = x.permute(0, 2, 3, 1).reshape(-1, C)  # (N*h*w, C)
    parts = (weight.reshape(C, -1).t() @ rows.t()).view(k, l, N, h, w)
    out = x.new_zeros(N, size[0] + 2 * padding[0], size[1] + 2 * padding[1])
    for i in range(k):
        for j in range(l):
            to = out[:, i : i + stride[0] * h : stride[0], j : j + stride[1] * w : stride[1]]
            to += parts[i, j]
    return out[:, padding[0] :][:, : size[0], padding[1] :][..., : size[1]].unsqueeze(1)
