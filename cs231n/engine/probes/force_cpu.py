"""Run student code on the CPU whatever device it names, and restore PyTorch's settings afterwards.

Old solutions call `.type(torch.cuda.FloatTensor)`, `.cuda()` or pass `device="cuda"`. A check must
lead to the same result on a laptop, on Colab and in the grader, so all of these mean the CPU.
"""

import math
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from functools import cache
from typing import Any, TypeGuard

import torch
from torch import Tensor, nn
from torch.overrides import TorchFunctionMode

from .global_state import default_device

DEVICE_ARGUMENTS = (str, torch.device, type)  # types of an argument that may name a device
ACCELERATORS = ("cuda", "mps", "xpu")
GENERATOR = torch.Generator
CUDA_ANSWERS: dict[str, Any] = {  # of functions of torch.cuda that fail without a GPU
    "get_device_name": "CPU", "set_device": None, "current_device": 0, "synchronize": None,
    "empty_cache": None, "memory_allocated": 0, "max_memory_allocated": 0, "memory_reserved": 0,
    "get_device_capability": (0, 0), "reset_peak_memory_stats": None,
    "device": nullcontext(), "stream": nullcontext(),
}  # fmt: skip
BLOCK = 100_003  # prime, so that no two rows of a repeated block are alike
MANY = 1 << 16  # numbers from which on a repeated block is faster than drawing


def _deviation_of_kaiming(
    tensor: Tensor, a: float = 0, mode: Any = "fan_in", nonlinearity: Any = "leaky_relu"
) -> float:
    fan: int = nn.init._calculate_correct_fan(tensor, mode)
    return nn.init.calculate_gain(nonlinearity, a) / math.sqrt(fan)


def _deviation_of_xavier(tensor: Tensor, gain: float = 1.0) -> float:
    return gain * math.sqrt(2.0 / sum(nn.init._calculate_fan_in_and_fan_out(tensor)))


# function of torch.nn.init -> (law, the function from its arguments to mean and deviation)
INITIAL: dict[str, tuple[str, Callable[..., tuple[float, float]]]] = {
    "uniform_": ("uniform", lambda t, a=0.0, b=1.0: ((a + b) / 2, (b - a) / math.sqrt(12))),
    "normal_": ("normal", lambda t, mean=0.0, std=1.0: (mean, std)),
    "kaiming_uniform_": ("uniform", lambda t, *a, **k: (0.0, _deviation_of_kaiming(t, *a, **k))),
    "kaiming_normal_": ("normal", lambda t, *a, **k: (0.0, _deviation_of_kaiming(t, *a, **k))),
    "xavier_uniform_": ("uniform", lambda t, *a, **k: (0.0, _deviation_of_xavier(t, *a, **k))),
    "xavier_normal_": ("normal", lambda t, *a, **k: (0.0, _deviation_of_xavier(t, *a, **k))),
}


@cache
def _standard_block(law: str) -> Tensor:
    """Return two copies of BLOCK numbers with mean 0 and deviation 1."""
    source = torch.Generator().manual_seed(BLOCK)
    if law == "normal":
        block = torch.randn(BLOCK, generator=source)
    else:
        block = (torch.rand(BLOCK, generator=source) - 0.5) * math.sqrt(12)
    return torch.cat([block, block])


def _initialise(name: str, tensor: Tensor, args: Any, kwargs: dict[str, Any]) -> Tensor:
    """Do what a function of `torch.nn.init` does to a large tensor, in a tenth of the time.

    The numbers have the law that the function asks for and depend on the random state, but a block
    of them is repeated.
    """
    law, moments = INITIAL[name]
    mean, std = moments(tensor, *args, **kwargs)
    start = int(torch.randint(BLOCK, ()))
    block = _standard_block(law)[start : start + BLOCK] * std + mean
    with torch.no_grad():
        flat = tensor.detach().view(-1)
        whole = flat.numel() // BLOCK * BLOCK
        flat[:whole].view(-1, BLOCK).copy_(block)
        flat[whole:].copy_(block[: flat.numel() - whole])
    return tensor


def _to_cpu(value: Any) -> Any:
    if isinstance(value, torch.device) and value.type in ACCELERATORS:
        return torch.device("cpu")
    if isinstance(value, str):
        if value.split(":")[0] in ACCELERATORS:
            return "cpu"
        if value.startswith("torch.cuda."):
            return value.replace("torch.cuda.", "torch.")
    if isinstance(value, type) and getattr(value, "__module__", "") == "torch.cuda":
        return getattr(torch, value.__name__, value)
    return value


class _GeneratorType(type):
    """Lets `isinstance` know the generators that `_CpuGenerator` makes."""

    def __instancecheck__(cls, value: object) -> bool:
        return isinstance(value, GENERATOR)


class _CpuGenerator(metaclass=_GeneratorType):
    """Replaces `torch.Generator`, which a torch function mode does not reach."""

    def __new__(cls, device: Any = "cpu") -> Any:
        """Return a generator on the CPU if the device is an accelerator."""
        return GENERATOR(device=_to_cpu(device))


class OnCpu(TorchFunctionMode):
    """Redirects device arguments to the CPU and notes the size of the largest tensor made.

    Attributes:
        largest: elements of the largest tensor that a torch function returned.
    """

    def __init__(self) -> None:
        super().__init__()
        self.largest = 0
        self._building = False

    @contextmanager
    def fast_initial_values(self) -> Iterator[None]:
        """Draw the initial values of large parameters fast inside the block.

        Drawing them as usual would take a third of the time of all probes.
        """
        self._building = True
        try:
            yield
        finally:
            self._building = False

    def __torch_function__(
        self, func: Any, types: Any, args: Any = (), kwargs: dict[str, Any] | None = None
    ) -> Any:
        name = getattr(func, "__name__", "")
        if name == "__get__":  # `tensor.shape` and the like, half of all calls
            return func(*args)
        first = args[0] if args else (kwargs or {}).get("tensor")
        if name in ("cuda", "pin_memory") and args:
            return first
        if self._building and name in INITIAL and _is_large(first):
            rest = {k: v for k, v in (kwargs or {}).items() if k != "tensor"}
            if rest.pop("generator", None) is None:
                return _initialise(name, first, args[1:], rest)
        for value in args:
            if isinstance(value, DEVICE_ARGUMENTS):
                args = tuple(map(_to_cpu, args))
                break
        kwargs = {key: _to_cpu(value) for key, value in kwargs.items()} if kwargs else {}
        kwargs.pop("pin_memory", None)
        result = func(*args, **kwargs)
        if type(result) is torch.Tensor:
            self.largest = max(self.largest, result.numel())
        return result


def _is_large(tensor: object) -> TypeGuard[nn.Parameter]:
    return isinstance(tensor, nn.Parameter) and tensor.numel() > MANY and tensor.is_contiguous()


def _ignore(nthreads: int) -> None:
    """Leave the number of threads as it is."""


def _uncompiled(model: Any = None, **options: Any) -> Any:
    """Return a function or a network as it is, or a decorator that does."""
    return model if model is not None else lambda function: function


def _answering(value: Any) -> Any:
    return lambda *args, **kwargs: value


@contextmanager
def _legacy_types_on_cpu() -> Iterator[None]:
    """Replace functions of torch that fail without a GPU, or cost much, inside the block.

    `torch.cuda.FloatTensor(3, 4)` and a CUDA default tensor type raise without a GPU. Setting the
    number of threads would end a worker, which may start none. `torch.compile` needs a compiler and
    minutes; what it compiles computes the same without it. `torch.manual_seed` stores a stack
    trace for every absent accelerator, which takes longer than most probes; here it only seeds the
    CPU.
    """
    seed, compiled = torch.manual_seed, (torch.compile, nn.Module.compile)
    types = ("FloatTensor", "DoubleTensor", "LongTensor")
    kept = {name: getattr(torch.cuda, name) for name in (*types, *CUDA_ANSWERS)}
    old_default = torch.set_default_tensor_type
    threads = torch.set_num_threads, torch.set_num_interop_threads
    torch.set_num_threads = _ignore
    torch.set_num_interop_threads = _ignore
    for name in types:
        setattr(torch.cuda, name, getattr(torch, name))
    for name, value in CUDA_ANSWERS.items():
        setattr(torch.cuda, name, _answering(value))
    torch.Generator = _CpuGenerator  # type: ignore[misc]
    torch.compile = _uncompiled
    nn.Module.compile = _answering(None)  # type: ignore[method-assign]
    torch.set_default_tensor_type = lambda t: old_default(_to_cpu(t))
    torch.manual_seed = lambda seed: torch.default_generator.manual_seed(int(seed))
    try:
        yield
    finally:
        for name, value in kept.items():
            setattr(torch.cuda, name, value)
        torch.Generator = GENERATOR  # type: ignore[misc]
        torch.compile, nn.Module.compile = compiled  # type: ignore[method-assign]
        torch.set_default_tensor_type = old_default
        torch.manual_seed = seed
        torch.set_num_threads, torch.set_num_interop_threads = threads


@contextmanager
def on_cpu() -> Iterator[OnCpu]:
    """Keep all tensors made inside on the CPU; restore global settings and random state after it.

    Yields:
        The `OnCpu` mode.
    """
    with torch.random.fork_rng(devices=[]), _legacy_types_on_cpu():
        dtype, device = torch.get_default_dtype(), default_device()
        precision = torch.get_float32_matmul_precision()
        gradients = torch.is_grad_enabled()
        torch.set_default_dtype(torch.float32)
        torch.set_default_device(None)  # "cpu" would pass every call through a second mode
        torch.set_float32_matmul_precision("highest")
        torch.set_grad_enabled(True)
        try:
            with OnCpu() as mode:
                yield mode
        finally:
            torch.set_default_dtype(dtype)
            torch.set_default_device(device)
            torch.set_float32_matmul_precision(precision)
            torch.set_grad_enabled(gradients)
