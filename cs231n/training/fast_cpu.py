"""How a training step becomes fast without changing what it computes.

`Forward` calls a network in its fast form, `fuse` lets an optimizer update all weights at once.

PyTorch's convolution kernels are slow on a CPU in three places of the DCGAN. Inside
`with FastConvolutions():` the same calls return the same numbers up to float32 rounding:

- convolutions return activations in channels-last layout, in which pooling is vectorised;
- a transposed convolution to a single channel is one matrix product and a few sums, and so is the
  gradient of an input with a single channel.
"""

import copy
from collections.abc import Callable

import torch
from torch import Tensor, nn, optim
from torch.autograd import Function
from torch.nn import functional as F
from torch.nn.modules.utils import _pair as pair
from torch.nn.parameter import is_lazy
from torch.overrides import TorchFunctionMode

FUSED = (optim.Adam, optim.AdamW, optim.SGD)  # exactly these: a subclass may do anything
PRECISIONS = ("float32", "bfloat16")


class Forward:
    """Call a network, with its convolutions in their fast form if the results agree.

    Args:
        model: any network.
        precision: "float32" computes in the dtype of the weights. "bfloat16" multiplies matrices
            in bfloat16; weights, gradients, optimizer state and results stay float32.
    """

    def __init__(self, model: nn.Module, precision: str = "float32"):
        self.model, self.call, self.precision = model, None, precision

    def __call__(self, x: Tensor) -> Tensor:
        """Return the network's output; the first call chooses how to compute it."""
        self.call = self.call or self._choose(x)
        with rounding(x.device.type, self.precision):
            return self.call(x).to(x.dtype)

    def _choose(self, x: Tensor) -> Callable[[Tensor], Tensor]:
        return self._fast if pays_for(self.model) and agrees(self.model, x) else self.model

    def _fast(self, x: Tensor) -> Tensor:
        with FastConvolutions():
            return self.model(x)


def fuse(optimizer: optim.Optimizer) -> bool:
    """Let a stock optimizer update all weights in one kernel, if that is safe.

    It is safe for Adam, AdamW and SGD themselves, with floating-point weights on a CPU or CUDA, if
    the caller has not chosen an implementation and, on CUDA, if the optimizer has no state yet (its
    step counts would be on the CPU).

    Returns:
        Whether the optimizer is now fused. Its hyperparameters and state do not change.
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
    """Raise if a precision does not exist or would be slow on this device.

    Raises:
        ValueError: `precision` is neither "float32" nor "bfloat16", or the hardware has no
            bfloat16.
    """
    if precision not in PRECISIONS:
        raise ValueError(
            f"train_gan: precision: expected one of {PRECISIONS}; found {precision!r}; "
            'omit it for "float32"'
        )
    if precision == "bfloat16" and not has_bfloat16(device):
        raise ValueError(
            "train_gan: precision: bfloat16 needs a CPU with avx512_bf16 or AMX, or a GPU that "
            f'supports it; found neither on {device.type}; use precision="float32"'
        )


def has_bfloat16(device: torch.device) -> bool:
    """Return whether the device multiplies bfloat16 in hardware; emulation is slow."""
    if device.type == "cuda":
        return torch.cuda.is_bf16_supported(including_emulation=False)
    # PyTorch 2.6 has no public query for a CPU
    return device.type == "cpu" and torch.cpu._is_avx512_bf16_supported()


def rounding(device_type: str, precision: str) -> torch.autocast:
    """Return a context that multiplies matrices in that precision and casts each weight once."""
    return torch.autocast(device_type, torch.bfloat16, enabled=precision == "bfloat16")


class FastConvolutions(TorchFunctionMode):
    """A context in which convolutions of 4-D tensors on the CPU use their fast form."""

    def __torch_function__(self, func, types, args=(), kwargs=None):
        fast = FAST.get(func, func)
        return fast(*args, **(kwargs or {}))


def pays_for(*models: nn.Module) -> bool:
    """Return whether a model has convolutions on the CPU that could be faster."""
    weights = [p for model in models for p in model.parameters()]
    if any(is_lazy(p) or p.device.type != "cpu" for p in weights):
        return False
    return any(p.dim() == 4 for p in weights)


def agrees(model: nn.Module, x: Tensor) -> bool:
    """Return whether a copy of the model returns the same for x inside the context as outside.

    A student's `forward` may contain anything: if it fails or differs here, it runs as written.
    """
    results = []
    with torch.no_grad(), torch.random.fork_rng(devices=[]):
        state = torch.get_rng_state()
        try:
            results.append(copy.deepcopy(model)(x))
            torch.set_rng_state(state)
            with FastConvolutions():
                results.append(copy.deepcopy(model)(x))
            return torch.allclose(*results, rtol=1e-3, atol=1e-4)
        except Exception:  # if the model is wrong, the real run will raise
            return False


def channels_last(x: Tensor) -> Tensor:
    """Return the same (N, C, H, W) values with C as the fastest axis in memory."""
    if x.shape[1] == 1:  # both layouts use the same memory and differ only in strides
        return x.reshape(len(x), *x.shape[2:], 1).permute(0, 3, 1, 2)
    return x.contiguous(memory_format=torch.channels_last)


def cast(*tensors: Tensor | None) -> list[Tensor | None]:
    """Return the tensors as autocast would cast them: it does not look into a `Function`."""
    if not torch.is_autocast_enabled("cpu"):
        return list(tensors)
    dtype = torch.get_autocast_dtype("cpu")
    return [t if t is None else t.to(dtype) for t in tensors]


def conv2d(input, weight, bias=None, stride=1, padding=0, dilation=1, groups=1):
    """Compute `torch.conv2d` in channels-last layout."""
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
    """Compute `torch.conv_transpose2d`, as a matrix product if there is one output channel."""
    plain = (pair(dilation), groups) == ((1, 1), 1)
    if input.dim() == 4 and weight.shape[1] == 1 and plain:
        input, weight, bias = cast(input, weight, bias)
        sizes = pair(stride), pair(padding), pair(output_padding)
        return OneChannelOut.apply(input, weight, bias, *sizes)
    rest = (stride, padding, output_padding, groups, dilation)
    return torch.conv_transpose2d(input, weight, bias, *rest)


def batch_norm(input, *args, **kwargs):
    """Compute `F.batch_norm` in channels-first layout: its channels-last sums lose two digits."""
    return F.batch_norm(input.contiguous(), *args, **kwargs)


def view(x, *shape, **named):
    """Return `x.view(...)`, also if the layout of x rules out a view."""
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
        """Compute the convolution with PyTorch."""
        ctx.save_for_backward(x, weight, bias)
        ctx.sizes = stride, padding, (0, 0)
        return torch.conv2d(channels_last(x), channels_last(weight), bias, stride, padding)

    @staticmethod
    def backward(ctx, grad):
        """Return the gradients; that of x is a transposed convolution to one channel."""
        x, weight, _ = ctx.saved_tensors
        needs_x, *needs = ctx.needs_input_grad[:3]
        grad = channels_last(grad)
        of_x = overlap(grad, weight, x.shape[2:], *ctx.sizes[:2]) if needs_x else None
        return of_x, *native_backward(ctx, grad, False, [False, *needs])[1:], None, None


class OneChannelOut(Function):
    """conv_transpose2d of x (N, C, h, w) with weights (C, 1, k, l) to (N, 1, H, W)."""

    @staticmethod
    def forward(ctx, x, weight, bias, stride, padding, output_padding):
        """Compute the transposed convolution from overlapping patches."""
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
        """Return PyTorch's own gradients."""
        needs = list(ctx.needs_input_grad[:3])
        return *native_backward(ctx, channels_last(grad), True, needs), None, None, None


def native_backward(ctx, grad: Tensor, transposed: bool, needs: list[bool]):
    """Return PyTorch's own gradients of input, weight and bias; None for those not needed."""
    (x, weight, bias), (stride, padding, output_padding) = ctx.saved_tensors, ctx.sizes
    if not any(needs):
        return None, None, None
    x, weight = channels_last(x), channels_last(weight)
    return torch.ops.aten.convolution_backward(
        grad, x, weight, None if bias is None else bias.shape,
        stride, padding, (1, 1), transposed, output_padding, 1, needs,
    )  # fmt: skip


def overlap(x: Tensor, weight: Tensor, size, stride, padding) -> Tensor:
    """Multiply each pixel of x (N, C, h, w) by the kernels (C, 1, k, l); sum overlapping patches.

    Returns:
        (N, 1, H, W) with (H, W) = size: the transposed convolution to one channel.
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
