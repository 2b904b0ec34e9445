"""Run student code on the CPU whatever device it names, and restore PyTorch's settings afterwards.

Old solutions call `.type(torch.cuda.FloatTensor)`, `.cuda()` or pass `device="cuda"`. A check must
lead to the same result on a laptop, on Colab and in the grader, so all of these mean the CPU.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import torch
from torch import nn
from torch.overrides import TorchFunctionMode

from .global_state import default_device

DEVICE_ARGUMENTS = (str, torch.device, type)  # types of an argument that may name a device
ACCELERATORS = ("cuda", "mps", "xpu")
GENERATOR = torch.Generator
CUDA_ANSWERS: dict[str, Any] = {  # of functions of torch.cuda that fail without a GPU
    "get_device_name": "CPU", "set_device": None, "current_device": 0, "synchronize": None,
    "empty_cache": None, "memory_allocated": 0, "max_memory_allocated": 0, "memory_reserved": 0,
    "get_device_capability": (0, 0),
}  # fmt: skip
INITIAL = {"uniform_", "normal_", "trunc_normal_"} | {
    f"{way}_{law}_" for way in ("kaiming", "xavier") for law in ("uniform", "normal")
}


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
        building: True while a network is built whose parameters will be overwritten: drawing their
            initial values would take a third of the time of all probes.
    """

    def __init__(self) -> None:
        super().__init__()
        self.largest = 0
        self.building = False

    def __torch_function__(
        self, func: Any, types: Any, args: Any = (), kwargs: dict[str, Any] | None = None
    ) -> Any:
        name = getattr(func, "__name__", "")
        if name == "__get__":  # `tensor.shape` and the like, half of all calls
            return func(*args)
        first = args[0] if args else (kwargs or {}).get("tensor")
        if name == "cuda" and args:
            return first
        if self.building and name in INITIAL and type(first) is nn.Parameter:
            return first
        for value in args:
            if isinstance(value, DEVICE_ARGUMENTS):
                args = tuple(map(_to_cpu, args))
                break
        kwargs = {key: _to_cpu(value) for key, value in kwargs.items()} if kwargs else {}
        result = func(*args, **kwargs)
        if type(result) is torch.Tensor:
            self.largest = max(self.largest, result.numel())
        return result


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
