"""Record what a network does: the operations of one forward pass, as typed data.

A torch function mode sees each call of a torch function while the network runs, whether a layer of
PyTorch or of the student makes it. Each call becomes a `Step` with its settings and the shape of
its result.

Spellings of one operation become one step: `torch.where(h > 0, h, 0.01 * h)` is a LeakyReLU,
because it returns the same numbers on a grid; `x @ W + b` is a linear layer.

A trace is only trusted if its steps, replayed on inputs that the trace has not seen, return what
the network itself returns for those inputs. A branch on the input, arithmetic in NumPy or a call
that was misread would change that.
"""

import math
import sys
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from types import FrameType
from typing import Any, NamedTuple, TypeAlias

import torch
from torch import Tensor, nn
from torch.nn import functional as F
from torch.nn.modules import module as hooks
from torch.overrides import TorchFunctionMode

from cs231n.engine.operations import (
    FAMILY,
    Cut,
    Failure,
    Layer,
    PassFacts,
    Setting,
    Settings,
    Step,
    Trace,
)

from .frozen_random import write_stream

CALLS = 2000  # recorded calls; a network of the assignments makes 20
SHOWN = 300  # steps that a trace keeps
HELD = 1 << 25  # numbers kept alive, so that no two tensors have the same id
TOLERANCE = 1e-4  # between a replay and the network, relative to the largest output
SEED = 2014  # of the weights with which a network is traced
GRID = 64  # points on which a function of one number is recognised
MESSAGE = 300

# What a torch function is called with and returns may be anything; `isinstance` tells it apart.
TorchFunction: TypeAlias = Callable[..., Any]
Arguments: TypeAlias = tuple[Any, ...]
Named: TypeAlias = dict[str, Any]  # name of an argument -> its value
Values: TypeAlias = dict[int, Any]  # number of a call -> what it returned; -1 is the input
Numbered: TypeAlias = tuple[int, Step]  # a step with the number of its call

# torch function -> (operation, its arguments with their defaults); the first is the data.
SIGNATURES: dict[str, tuple[str, Named]] = {
    "linear": ("linear", {"input": None, "weight": None, "bias": None}),
    "batch_norm": ("batch_norm", {
        "input": None, "running_mean": None, "running_var": None, "weight": None, "bias": None,
        "training": False, "momentum": 0.1, "eps": 1e-5}),
    "instance_norm": ("instance_norm", {
        "input": None, "running_mean": None, "running_var": None, "weight": None, "bias": None,
        "use_input_stats": True, "momentum": 0.1, "eps": 1e-5}),
    "layer_norm": ("layer_norm", {
        "input": None, "normalized_shape": None, "weight": None, "bias": None, "eps": 1e-5}),
    "group_norm": ("group_norm", {
        "input": None, "num_groups": None, "weight": None, "bias": None, "eps": 1e-5}),
    "relu": ("relu", {"input": None}),
    "leaky_relu": ("leaky_relu", {"input": None, "negative_slope": 0.01}),
    "tanh": ("tanh", {"input": None}),
    "sigmoid": ("sigmoid", {"input": None}),
    "elu": ("elu", {"input": None, "alpha": 1.0}),
    "celu": ("celu", {"input": None, "alpha": 1.0}),
    "selu": ("selu", {"input": None}),
    "gelu": ("gelu", {"input": None}),
    "silu": ("silu", {"input": None}),
    "mish": ("mish", {"input": None}),
    "softplus": ("softplus", {"input": None, "beta": 1.0, "threshold": 20.0}),
    "softsign": ("softsign", {"input": None}),
    "logsigmoid": ("log_sigmoid", {"input": None}),
    "log_sigmoid": ("log_sigmoid", {"input": None}),
    "hardsigmoid": ("hardsigmoid", {"input": None}),
    "hardswish": ("hardswish", {"input": None}),
    "hardtanh": ("hardtanh", {"input": None, "min_val": -1.0, "max_val": 1.0}),
    "relu6": ("relu6", {"input": None}),
    "rrelu": ("rrelu", {"input": None, "lower": 1 / 8, "upper": 1 / 3, "training": False}),
    "prelu": ("prelu", {"input": None, "weight": None}),
    "softmax": ("softmax", {"input": None, "dim": None}),
    "log_softmax": ("log_softmax", {"input": None, "dim": None}),
    "dropout": ("dropout", {"input": None, "p": 0.5, "training": True}),
    "dropout2d": ("dropout2d", {"input": None, "p": 0.5, "training": True}),
    "max_pool2d": ("max_pool", {
        "input": None, "kernel_size": None, "stride": None, "padding": 0, "dilation": 1,
        "ceil_mode": False, "return_indices": False}),
    "avg_pool2d": ("avg_pool", {
        "input": None, "kernel_size": None, "stride": None, "padding": 0, "ceil_mode": False,
        "count_include_pad": True, "divisor_override": None}),
    "adaptive_max_pool2d": ("adaptive_max_pool", {"input": None, "output_size": None}),
    "adaptive_avg_pool2d": ("adaptive_avg_pool", {"input": None, "output_size": None}),
    "interpolate": ("upsample", {
        "input": None, "size": None, "scale_factor": None, "mode": "nearest"}),
    "pad": ("pad", {"input": None, "pad": None, "mode": "constant", "value": None}),
}  # fmt: skip
CONV: Named = {
    "input": None, "weight": None, "bias": None, "stride": 1, "padding": 0, "dilation": 1,
    "groups": 1,
}  # fmt: skip
TRANSPOSED: Named = {
    "input": None, "weight": None, "bias": None, "stride": 1, "padding": 0, "output_padding": 0,
    "groups": 1, "dilation": 1,
}  # fmt: skip
for _axes in "123":
    SIGNATURES[f"conv{_axes}d"] = ("conv", CONV)
    SIGNATURES[f"conv_transpose{_axes}d"] = ("conv_transposed", TRANSPOSED)
SIGNATURES["max_pool2d_with_indices"] = SIGNATURES["max_pool2d"]
RESHAPES = ("view", "reshape", "flatten", "unflatten", "squeeze", "unsqueeze", "view_as",
            "reshape_as", "ravel")  # fmt: skip
PERMUTES = ("permute", "transpose", "t", "swapaxes", "swapdims", "movedim", "moveaxis", "T", "mT",
            "flip", "rot90")  # fmt: skip
SAME = ("contiguous", "clone", "float", "to", "type", "type_as", "alias", "requires_grad_", "cpu",
        "cuda", "double", "half")  # fmt: skip
CUTTING = ("detach", "detach_", "data")
ARITHMETIC = (
    "add", "sub", "rsub", "mul", "multiply", "div", "divide", "true_divide", "rdiv", "neg",
    "negative", "subtract", "pow", "rpow", "square", "sqrt", "rsqrt", "exp", "log", "log1p", "abs",
    "absolute", "maximum", "minimum", "max", "min", "clamp", "clamp_min", "clamp_max", "clip",
    "where", "gt", "lt", "ge", "le", "sign", "reciprocal", "zeros_like", "ones_like", "full_like",
    "masked_fill", "heaviside", "expm1", "erf", "erfc", "cosh", "sinh", "logaddexp", "lerp",
)  # fmt: skip
RANDOM = ("rand", "randn", "randint", "rand_like", "randn_like", "randint_like", "normal",
          "bernoulli", "normal_", "uniform_", "bernoulli_", "dropout", "dropout2d", "dropout_",
          "rrelu", "alpha_dropout", "feature_dropout", "poisson", "multinomial")  # fmt: skip
MATRIX = ("matmul", "mm", "bmm", "addmm", "einsum", "dot")
IGNORED = ("size", "dim", "numel", "item", "tolist", "is_contiguous", "stride", "ndimension",
           "backward", "numpy", "__len__", "__bool__", "__float__", "__int__", "__format__",
           "__repr__", "register_hook", "is_floating_point", "storage_offset",
           "_set_grad_enabled", "__iter__", "untyped_storage", "element_size")  # fmt: skip


@dataclass
class _Call:
    """One call of a torch function, as it can be repeated."""

    function: TorchFunction
    args: Arguments
    kwargs: Named
    step: Step


@dataclass(frozen=True)
class _Ref:
    """In the arguments of a call: the result of an earlier one (its number), or the input (-1)."""

    number: int


class _Running(NamedTuple):
    """A module of the network while it runs, and what it was called with."""

    module: nn.Module
    args: Arguments


class _Recorder(TorchFunctionMode):
    """Note each call of a torch function, with references instead of the tensors that it uses."""

    def __init__(self, model: nn.Module, leaf: Tensor, file: str | None):
        super().__init__()
        self.calls: list[_Call] = []
        self.failure: Failure | None = None
        self.full = ""
        self.cuts: list[tuple[int, Cut]] = []
        self.random: Counter[str] = Counter()
        self.unregistered: dict[int, Tensor] = {}
        self._file = file
        self._names = {id(p): name for name, p in model.named_parameters()}
        self._buffers = {id(b) for b in model.buffers()}
        self._modules: dict[int, str] = {id(m): name for name, m in model.named_modules()}
        self._values = {id(leaf): -1}
        self._alive: list[Tensor] = [leaf]
        self._held = 0
        self._stack: list[str] = []
        self._running: list[_Running] = []
        self.stopped_in: _Running | None = None
        self._gradients = torch.is_grad_enabled()

    def enter(self, module: nn.Module, args: Arguments) -> None:
        """Note that a module of the network begins to run."""
        self._stack.append(self._modules.get(id(module), type(module).__name__))
        self._running.append(_Running(module, args))

    def leave(self, result: object) -> None:
        """Note that it ended, or that an exception left it, which has no result."""
        if self._stack:
            self._stack.pop()
            ended = self._running.pop()
            if result is None and self.stopped_in is None:
                self.stopped_in = ended

    def __torch_function__(
        self,
        func: TorchFunction,
        types: Iterable[type],
        args: Arguments = (),
        kwargs: Named | None = None,
    ) -> Any:
        """Run a torch function and record the call."""
        kwargs = kwargs or {}
        name = _name(func)
        if self.full or name in IGNORED:
            return func(*args, **kwargs)
        references = [self._reference(a) for a in args]
        named = {key: self._reference(value) for key, value in kwargs.items()}
        try:
            result = func(*args, **kwargs)
        except Exception as error:
            self._fail(name, args, kwargs, error)
            raise
        self._note(name, func, tuple(references), named, args, kwargs, result)
        return result

    def _reference(self, value: Any) -> Any:
        """Return `value` with references in the place of tensors that the trace knows."""
        if isinstance(value, Tensor):
            if id(value) in self._values:
                return _Ref(self._values[id(value)])
            if isinstance(value, nn.Parameter) and id(value) not in self._names:
                self.unregistered[id(value)] = value
            return value
        if type(value) in (list, tuple):
            return type(value)(self._reference(v) for v in value)
        return value

    def _note(
        self,
        name: str,
        func: TorchFunction,
        references: Arguments,
        named: Named,
        args: Arguments,
        kwargs: Named,
        result: object,
    ) -> None:
        """Record a call that returned."""
        where, line = self._stack[-1] if self._stack else "", self._line()
        if name in RANDOM:
            self.random[name] += 1
        outputs = result if isinstance(result, tuple | list) else (result,)
        tensors = [t for t in outputs if isinstance(t, Tensor)]
        if not tensors:
            return
        inputs = tuple(dict.fromkeys(_numbers((references, named))))
        if name in CUTTING and inputs:
            cut = f".{name}" if name == "data" else f".{name}()"
            self.cuts.append((len(self.calls), Cut(cut, line)))
        elif inputs and self._gradients and not torch.is_grad_enabled():
            self.cuts.append((len(self.calls), Cut("torch.no_grad()", line)))
        layer = read_call(name, args, kwargs, tensors[0])
        used = tuple(
            self._names.get(id(t), "")
            for t in _tensors((args, kwargs))
            if id(t) in self._names or isinstance(t, nn.Parameter)
        )
        step = Step(layer.op, layer.settings, tuple(tensors[0].shape), inputs, used, where, line)
        self.calls.append(_Call(func, references, named, step))
        at = len(self.calls) - 1
        for index, tensor in enumerate(outputs):
            if isinstance(tensor, Tensor):
                if id(tensor) in self._names or id(tensor) in self._buffers:
                    continue
                if index:  # a later part of a list: a call of its own that picks it
                    picked = replace(step, op="item", settings={"index": index}, inputs=(at,))
                    self.calls.append(_Call(_pick, (_Ref(at), index), {}, picked))
                    self._values[id(tensor)] = len(self.calls) - 1
                elif len(outputs) > 1 or result is not tensor:
                    picked = replace(step, op="item", settings={"index": 0}, inputs=(at,))
                    self.calls.append(_Call(_pick, (_Ref(at), 0), {}, picked))
                    self._values[id(tensor)] = len(self.calls) - 1
                else:
                    self._values[id(tensor)] = at
                self._alive.append(tensor)
                self._held += tensor.numel()
        if len(self.calls) > CALLS or self._held > HELD:
            self.full = f"it has more than {len(self.calls)} operations"

    def _fail(self, name: str, args: Arguments, kwargs: Named, error: Exception) -> None:
        """Record a call that raised an exception."""
        data = [t for t in _tensors((args, kwargs)) if id(t) in self._values]
        shapes = tuple(tuple(t.shape) for t in data[:3])
        layer = read_call(name, args, kwargs, None)
        message = str(error).splitlines()[0][:MESSAGE] if str(error) else ""
        where = self._stack[-1] if self._stack else ""
        self.failure = Failure(layer, shapes, type(error).__name__, message, where, self._line())

    def _line(self) -> int | None:
        """Return the line of the student's file that led to this call, or None."""
        frame: FrameType | None = sys._getframe(2)
        while frame is not None:
            if self._file is not None and frame.f_code.co_filename == self._file:
                return frame.f_lineno
            frame = frame.f_back
        return None

    def name_of(self, module: nn.Module) -> str:
        """Return the name of a submodule."""
        return self._modules.get(id(module), "")

    def value_of(self, tensor: Tensor) -> int | None:
        """Return the number of the call that made a tensor."""
        return self._values.get(id(tensor))


def _pick(values: Sequence[Any], index: int) -> Any:
    return values[index]


def _name(func: TorchFunction) -> str:
    """Return the plain name of a function: `relu_`, `__rsub__` and `data` without decoration."""
    name: str = getattr(func, "__name__", "")
    if name == "__get__":
        of_attribute: str = getattr(getattr(func, "__self__", None), "__name__", "")
        return of_attribute
    if name.startswith("__") and name.endswith("__") and name not in IGNORED:
        name = name.strip("_")
        return {"matmul": "matmul", "rmatmul": "matmul", "getitem": "getitem"}.get(
            name, name.removeprefix("i") if name in ("iadd", "isub", "imul", "itruediv") else name
        )
    return name


def _plain(name: str) -> str:
    """Return a name without the underscore that marks an operation in place."""
    return name[:-1] if name.endswith("_") and not name.startswith("_") else name


def _leaves(value: object) -> Iterator[object]:
    """Yield what nested tuples, lists and dicts of arguments hold."""
    if isinstance(value, dict | list | tuple):
        for part in value.values() if isinstance(value, dict) else value:
            yield from _leaves(part)
    else:
        yield value


def _tensors(value: object) -> list[Tensor]:
    """Return all tensors in nested arguments."""
    return [leaf for leaf in _leaves(value) if isinstance(leaf, Tensor)]


def _numbers(value: object) -> list[int]:
    """Return the numbers of all references in nested arguments."""
    return [leaf.number for leaf in _leaves(value) if isinstance(leaf, _Ref)]


# --- what a call is -------------------------------------------------------------------------------


def read_call(name: str, args: Arguments, kwargs: Named, result: Tensor | None) -> Layer:
    """Return the operation of a call, with the settings that matter.

    Args:
        name: of the torch function.
        args: of the call, by position.
        kwargs: of the call, by name.
        result: what it returned, or None if it raised.
    """
    plain = _plain(name)
    if plain in SIGNATURES:
        op, defaults = SIGNATURES[plain]
        given = dict(defaults) | dict(zip(defaults, args, strict=False))
        given |= {k: v for k, v in kwargs.items() if k in defaults}
        return _settled(op, given)
    data = args[0] if args else None
    if plain in RESHAPES and isinstance(data, Tensor):
        return Layer("reshape", _reshaped(data, result, args))
    if plain in PERMUTES and isinstance(data, Tensor):
        return Layer("permute", {"function": plain})
    if plain in MATRIX:
        return Layer("matmul", {})
    if plain in RANDOM:
        return Layer("noise", {"function": plain})
    return Layer(plain[:60], {})


def _settled(op: str, given: Named) -> Layer:
    """Return the operation with settings of simple types, one spelling for each."""
    read = READERS.get(op)
    if op == "hardtanh":
        low, high = float(given["min_val"]), float(given["max_val"])
        if (low, high) == (0.0, 6.0):
            return Layer("relu6", {})
        return Layer(op, {} if (low, high) == (-1.0, 1.0) else {"min": low, "max": high})
    try:
        settings = read(given) if read else {}
    except Exception:  # arguments that the function itself will refuse
        settings = {}
    return Layer(op, settings)


def _linear(given: Named) -> Settings:
    weight = given["weight"]
    sizes = {"in": int(weight.shape[-1]), "out": int(weight.shape[0])}
    return {**sizes, "bias": given["bias"] is not None}


def _conv(given: Named) -> Settings:
    weight, groups = given["weight"], int(given["groups"])
    kernel = tuple(map(int, weight.shape[2:]))
    dilation = _same(given["dilation"])
    padding = given["padding"]
    if padding == "valid":
        padding = 0
    elif padding == "same":
        pairs = zip(kernel, _for_each_axis(dilation, len(kernel)), strict=True)
        reach = [(k - 1) * d for k, d in pairs]
        padding = tuple(r // 2 for r in reach) if not any(r % 2 for r in reach) else "same"
    return {
        "in": int(weight.shape[1]) * groups, "out": int(weight.shape[0]), "kernel": _same(kernel),
        "stride": _same(given["stride"]), "padding": _same(padding), "dilation": dilation,
        "groups": groups, "bias": given["bias"] is not None,
    }  # fmt: skip


def _conv_transposed(given: Named) -> Settings:
    weight, groups = given["weight"], int(given["groups"])
    return {
        "in": int(weight.shape[0]), "out": int(weight.shape[1]) * groups,
        "kernel": _same(tuple(map(int, weight.shape[2:]))), "stride": _same(given["stride"]),
        "padding": _same(given["padding"]), "output_padding": _same(given["output_padding"]),
        "dilation": _same(given["dilation"]), "groups": groups, "bias": given["bias"] is not None,
    }  # fmt: skip


def _for_each_axis(value: Any, count: int) -> tuple[int, ...]:
    """Return the integers of a tuple, or one integer repeated for each axis."""
    return tuple(map(int, value if isinstance(value, tuple) else (value,) * count))


def _same(value: Setting) -> Setting:
    """One number for a tuple of equal numbers."""
    if isinstance(value, list | tuple):
        value = tuple(value)
        return value[0] if len(set(value)) == 1 else value
    return value


def _batch_norm(given: Named) -> Settings:
    data, running = given["input"], given["running_mean"] is not None
    sized = given["running_mean"] if running else given["weight"]
    momentum = given["momentum"]
    return {
        "size": int(data.shape[1] if sized is None else sized.numel()),
        "eps": round(float(given["eps"]), 12),
        "momentum": None if momentum is None else round(float(momentum), 9),
        "affine": given["weight"] is not None,
        "running": running,
        "statistics": "batch" if given["training"] else "running",
    }


def _max_pool(given: Named) -> Settings:
    kernel = _same(given["kernel_size"])
    stride = kernel if given["stride"] in (None, ()) else _same(given["stride"])
    return {
        "kernel": kernel, "stride": stride, "padding": _same(given["padding"]),
        "dilation": _same(given["dilation"]), "ceil_mode": bool(given["ceil_mode"]),
    }  # fmt: skip


def _avg_pool(given: Named) -> Settings:
    kernel = _same(given["kernel_size"])
    stride = kernel if given["stride"] in (None, ()) else _same(given["stride"])
    return {"kernel": kernel, "stride": stride, "padding": _same(given["padding"])}


def _adaptive_pool(given: Named) -> Settings:
    sides = _same(tuple(map(int, given["input"].shape[2:])))
    return {"size": _same(given["output_size"]), "from": sides}


READERS: dict[str, Callable[[Named], Settings]] = {
    "linear": _linear,
    "conv": _conv,
    "conv_transposed": _conv_transposed,
    "batch_norm": _batch_norm,
    "leaky_relu": lambda g: {"slope": float(g["negative_slope"])},
    "elu": lambda g: {"alpha": float(g["alpha"])},
    "celu": lambda g: {"alpha": float(g["alpha"])},
    "softmax": lambda g: {"dim": g["dim"]},
    "log_softmax": lambda g: {"dim": g["dim"]},
    "dropout": lambda g: {"p": float(g["p"]), "active": bool(g["training"])},
    "dropout2d": lambda g: {"p": float(g["p"]), "active": bool(g["training"])},
    "max_pool": _max_pool,
    "avg_pool": _avg_pool,
    "adaptive_max_pool": _adaptive_pool,
    "adaptive_avg_pool": _adaptive_pool,
    "layer_norm": lambda g: {"eps": float(g["eps"]), "affine": g["weight"] is not None},
    "instance_norm": lambda g: {"eps": float(g["eps"])},
    "group_norm": lambda g: {"groups": int(g["num_groups"])},
    "upsample": lambda g: {
        "factor": _same(g["scale_factor"]) if g["scale_factor"] is not None else None,
        "mode": str(g["mode"]),
    },
    "pad": lambda g: {"pad": tuple(g["pad"]), "mode": str(g["mode"])},
}  # fmt: skip


def _reshaped(data: Tensor, result: Tensor | None, args: Arguments) -> Settings:
    """Return the shape of a row after a reshape; of the whole tensor if the batch axis is lost."""
    if result is None:
        wanted = args[1:] if len(args) > 1 and isinstance(args[1], int) else args[1:2]
        flat = wanted[0] if len(wanted) == 1 and isinstance(wanted[0], list | tuple) else wanted
        return {"to": tuple(int(n) for n in flat if isinstance(n, int))}
    if data.ndim and result.ndim and data.shape[0] == result.shape[0]:
        return {"to": tuple(result.shape[1:])}
    return {"to": tuple(result.shape), "batch": "joined"}


# --- replay ---------------------------------------------------------------------------------------


def _execute(step: Step, x: Tensor, call: _Call, values: Values) -> Tensor | None:
    """Run a step from its description alone; return None if only the call itself can be repeated.

    Args:
        step: the operation and its settings; PyTorch refuses settings that do not fit.
        x: the input of the step.
        call: the call that the step describes, for its weights.
        values: results of the earlier calls.
    """
    op = step.op
    s: Named = step.settings
    if op == "leaky_relu":
        return F.leaky_relu(x, s["slope"])
    if op in SIMPLE:
        return SIMPLE[op](x)
    if op in ("conv", "linear", "conv_transposed", "max_pool", "batch_norm") and s:
        arguments = SIGNATURES[_plain(_name(call.function))][1]
        given = dict(zip(arguments, call.args, strict=False)) | call.kwargs
        weight, bias = _value(given.get("weight"), values), _value(given.get("bias"), values)
        if op == "linear":
            return F.linear(x, weight, bias)
        if op == "max_pool" and x.ndim == 4:
            return F.max_pool2d(
                x, s["kernel"], s["stride"], s["padding"], s["dilation"], s["ceil_mode"]
            )
        if op == "batch_norm" and s["statistics"] == "batch":
            return F.batch_norm(x, None, None, weight, bias, True, 0.0, s["eps"])
        if op == "conv" and x.ndim == 4:
            return F.conv2d(x, weight, bias, s["stride"], s["padding"], s["dilation"], s["groups"])
        if op == "conv_transposed" and x.ndim == 4:
            places = s["stride"], s["padding"], s["output_padding"], s["groups"], s["dilation"]
            return F.conv_transpose2d(x, weight, bias, *places)
    return None


SIMPLE: dict[str, Callable[[Tensor], Tensor]] = {
    "relu": F.relu, "tanh": torch.tanh, "sigmoid": torch.sigmoid, "relu6": F.relu6,
    "selu": F.selu, "gelu": F.gelu, "silu": F.silu,
}  # fmt: skip


def _value(value: Any, values: Values) -> Any:
    """Return arguments with the tensors of a replay in the place of references."""
    if isinstance(value, _Ref):
        return values[value.number]
    if type(value) in (list, tuple):
        return type(value)(_value(v, values) for v in value)
    return value


def _replay(calls: list[_Call], needed: list[int], leaf: Tensor, last: int) -> Tensor:
    """Return the result of call `last` for another input.

    Raises:
        Exception: whatever a torch function raises; the trace does not fit that input.
    """
    values: Values = {-1: leaf.clone()}
    for at in needed:
        call = calls[at]
        step, result = call.step, None
        if len(step.inputs) == 1 and call.args and isinstance(call.args[0], _Ref):
            result = _execute(step, values[step.inputs[0]], call, values)
        if result is None:
            args = _value(call.args, values)
            named = {key: _value(value, values) for key, value in call.kwargs.items()}
            result = call.function(*args, **named)
        values[at] = result
    found: Tensor = values[last]
    return found


# --- one operation for many spellings -------------------------------------------------------------


def _is_named(step: Step) -> bool:
    known = FAMILY.get(step.op) in ("activation", "weights", "norm", "pool")
    return known and step.op not in ("clamp", "abs", "threshold")


def _elementwise(call: _Call) -> bool:
    name = _plain(_name(call.function))
    return name in ARITHMETIC or name in SAME or FAMILY.get(call.step.op) == "activation"


def _sources(calls: list[_Call], barrier: Callable[[_Call], bool]) -> list[frozenset[int]]:
    """Return for each call the values that its result is an elementwise function of.

    A value is the number of a call, or -1 for the input.
    """
    sources: list[frozenset[int]] = []
    for at, call in enumerate(calls):
        if not _elementwise(call) or barrier(call) or call.step.parameters:
            constant = not call.step.inputs and not call.step.parameters
            sources.append(frozenset() if constant else frozenset({at}))
        else:
            parts = [sources[i] if i >= 0 else frozenset({-1}) for i in call.step.inputs]
            sources.append(frozenset().union(*parts))
    return sources


def _recognise_functions(
    calls: list[_Call], last: int, barrier: Callable[[_Call], bool]
) -> dict[int, Numbered]:
    """Find runs of arithmetic that compute one well-known function of one value.

    Args:
        calls: of the forward pass.
        last: number of the call that returns the output.
        barrier: tells calls that no run may contain.

    Returns:
        number of the run's last call -> (number of the value that goes in, the step it is).
    """
    sources = _sources(calls, barrier)
    users: dict[int, list[int]] = {}
    for at, call in enumerate(calls):
        for source in call.step.inputs:
            users.setdefault(source, []).append(at)
    found = {}
    for at, call in enumerate(calls):
        if len(sources[at]) != 1 or at in sources[at]:
            continue
        (root,) = sources[at]
        if at != last and all(sources[user] == sources[at] for user in users.get(at, ())):
            continue  # not the end of the run
        layer = _fit(calls, sources, root, at)
        if layer is not None:
            step = replace(call.step, op=layer.op, settings=layer.settings, inputs=(root,))
            found[at] = (root, step)
    return found


def _fit(calls: list[_Call], sources: list[frozenset[int]], root: int, last: int) -> Layer | None:
    """Return the well-known function that a run of calls computes, or None."""
    run = [at for at in range(max(root, -1) + 1, last + 1) if sources[at] == frozenset({root})]
    run = [at for at in run if at != root]
    grid = torch.linspace(-4.0, 4.0, GRID)  # without zero, where slopes jump
    values: Values = {root: grid}
    try:
        with torch.no_grad():
            for at in range(last):
                if not sources[at] and at not in values:
                    values[at] = calls[at].function(
                        *_value(calls[at].args, values),
                        **{k: _value(v, values) for k, v in calls[at].kwargs.items()},
                    )
            for at in run:
                call = calls[at]
                copied = (
                    {k: v.clone() if isinstance(v, Tensor) else v for k, v in values.items()}
                    if _name(call.function).endswith("_")
                    else values
                )
                named = {key: _value(value, copied) for key, value in call.kwargs.items()}
                values[at] = call.function(*_value(call.args, copied), **named)
        result = values[last].float()
    except Exception:
        return None
    if not isinstance(result, Tensor) or result.shape != grid.shape:
        return None
    return _known_function(torch.linspace(-4.0, 4.0, GRID), result)


def _known_function(x: Tensor, y: Tensor) -> Layer | None:
    """Return the activation that maps x to y, or arithmetic with a factor and an offset."""
    if not torch.isfinite(y).all():
        return None

    def near(other: Tensor) -> bool:
        return bool((y - other).abs().max() <= 1e-5 * (1 + y.abs().max()))

    if near(x):
        return Layer("identity", {})
    for op, function in SIMPLE.items():
        if near(function(x)):
            return Layer(op, {})
    slope = round(float(y[0] / x[0]), 6)
    if near(F.leaky_relu(x, slope)):
        return Layer("leaky_relu", {"slope": slope})
    if near(F.elu(x)):
        return Layer("elu", {"alpha": 1.0})
    if near(F.softplus(x)):
        return Layer("softplus", {})
    if near(F.hardtanh(x)):
        return Layer("hardtanh", {})
    factor = float((y[-1] - y[0]) / (x[-1] - x[0]))
    offset = float(y.mean() - factor * x.mean())
    if near(factor * x + offset):
        return Layer("affine", {"factor": _digits(factor), "offset": round(offset, 6)})
    return None


def _digits(x: float) -> float:
    """Return a number without the noise of float32."""
    return float(f"{x:.6g}")


def _fuse(calls: list[_Call], last: int) -> tuple[list[_Call], dict[int, int]]:
    """Replace spelled-out functions by the function.

    Returns:
        The calls with fused steps, and for each fused call the number of the value that goes in.
    """
    calls = list(calls)
    inputs: dict[int, int] = {}
    everything = _recognise_functions(calls, last, lambda call: False)
    for at, (root, step) in everything.items():
        if (FAMILY.get(step.op) == "activation" and not _is_named(calls[at].step)) or (
            FAMILY.get(step.op) == "activation" and calls[at].step.inputs != (root,)
        ):
            calls[at] = replace_step(calls[at], step)
            inputs[at] = root
    fused = set(inputs)

    def barrier(call: _Call) -> bool:
        return _is_named(call.step)

    for at, (root, step) in _recognise_functions(calls, last, barrier).items():
        if at not in fused and not _is_named(calls[at].step):
            calls[at] = replace_step(calls[at], step)
            inputs[at] = root
    return calls, inputs


def replace_step(call: _Call, step: Step) -> _Call:
    """Return a call with another description."""
    return _Call(call.function, call.args, call.kwargs, step)


class _Weight(NamedTuple):
    """A parameter that a call uses, transposed or not: its shape, and its names in the network."""

    shape: tuple[int, ...]
    names: tuple[str, ...]


def _fuse_linear(steps: list[Numbered], calls: list[_Call]) -> list[Numbered]:
    """Replace `x @ W + b` by the linear layer that it is."""
    depends = _depends_on_input(calls)
    done: list[Numbered] = []
    for at, step in steps:
        weights = _weights(calls, at, depends)
        if step.op == "matmul" and len(step.inputs) == 1:
            step = _as_linear(step, weights, calls[at])
        elif step.op == "add" and done and step.inputs == (done[-1][0],):
            before = done[-1][1]
            plain = before.op == "linear" and not before.settings["bias"] and len(weights) == 1
            if plain and math.prod(weights[0].shape) == before.settings["out"]:
                done.pop()
                names = (*before.parameters, *weights[0].names)
                settings = {**before.settings, "bias": True}
                step = replace(before, settings=settings, parameters=names)
        done.append((at, step))
    # a bias took the number of the addition, so that later steps still refer to it
    return done


def _weights(calls: list[_Call], at: int, depends: list[bool]) -> list[_Weight]:
    """Return the parameters that a call uses."""
    found = []
    for part in (*calls[at].args, *calls[at].kwargs.values()):
        if isinstance(part, nn.Parameter) or (isinstance(part, Tensor) and part.requires_grad):
            found.append(_Weight(tuple(part.shape), calls[at].step.parameters))
        elif isinstance(part, _Ref) and part.number >= 0 and not depends[part.number]:
            made = calls[part.number].step
            if made.parameters:
                found.append(_Weight(made.shape, made.parameters))
    return found


def _as_linear(step: Step, weights: list[_Weight], call: _Call) -> Step:
    """Return a matrix product with one matrix of weights as the linear layer that it is."""
    matrices = [weight.shape for weight in weights if len(weight.shape) == 2]
    if len(matrices) != 1 or not step.shape:
        return step
    (rows, columns), out = matrices[0], step.shape[-1]
    if out not in (rows, columns):
        return step
    sizes = {"in": rows if out == columns else columns, "out": out}
    bias = len(weights) == 2 and _plain(_name(call.function)) == "addmm"
    names = tuple(name for weight in weights for name in weight.names)
    return replace(step, op="linear", settings={**sizes, "bias": bias}, parameters=names)


# --- the trace ------------------------------------------------------------------------------------


def trace_network(model: nn.Module, x: Tensor, file: str | None = None) -> Trace:
    """Run a network once and record its operations.

    Args:
        model: to run; its running statistics and random state may change.
        x: (N, ...) float: an input.
        file: path of the student's file, to name lines in it.
    Returns:
        The trace. Exceptions of the network are part of it; this function raises none of them.
    """
    _fill(model)
    leaf = x.clone()
    recorder = _Recorder(model, leaf, file)
    failure, output = None, None
    torch.manual_seed(0)
    try:
        with _module_names(recorder), recorder:
            output = model(leaf)
    except Exception as error:
        failure = recorder.failure or _refused(recorder, error, file)
    facts = _facts(model, recorder)
    if failure is not None:
        at = len(recorder.calls) - 1
        steps = _path(recorder.calls, at) if at >= 0 and not recorder.full else []
        return Trace(tuple(x.shape), _shown(steps), failure, recorder.full, facts)
    last = recorder.value_of(output) if isinstance(output, Tensor) else None
    constant = last is not None and last >= 0 and not _depends_on_input(recorder.calls)[last]
    if recorder.full or last is None or last < 0 or constant:
        reason = recorder.full or _no_result(output, last)
        return Trace(tuple(x.shape), (), None, reason, facts)
    steps, fused = _steps(recorder.calls, last)
    facts = _with_parameters(facts, steps, model, recorder, last)
    distrust = _distrust(model, recorder, fused, last, x)
    if not distrust:
        facts = replace(facts, recreated=_recreated(model, recorder, x))
    if not distrust:
        steps = _fuse_norms(steps, fused, x)
    return Trace(tuple(x.shape), _shown(steps), None, distrust, facts)


def _fill(model: nn.Module) -> None:
    """Fill every parameter with its own numbers: a bias of zeros would hide where it is added."""
    with torch.no_grad():
        for key, p in enumerate(model.parameters()):
            if p.is_floating_point() and not nn.parameter.is_lazy(p) and p.is_contiguous():
                scale = (0.0, p[0].numel() ** -0.5) if p.ndim > 1 else (0.6, 0.3)
                write_stream(p, SEED, key, *scale)


def _no_result(output: object, last: int | None) -> str:
    """Return why an output has no steps that lead to it."""
    if not isinstance(output, Tensor):
        return f"it returns {type(output).__name__} instead of a tensor"
    if last is None or last >= 0:
        return "its output does not come from operations of PyTorch on its input"
    return "its output is its input"


def _refused(recorder: _Recorder, error: Exception, file: str | None) -> Failure:
    """Describe an exception of a layer's own checks, or of student code."""
    layer: Layer | None = None
    shapes: tuple[tuple[int, ...], ...] = ()
    where = ""
    if recorder.stopped_in is not None:
        module, args = recorder.stopped_in
        if type(module).__module__.startswith("torch.nn."):
            settings: Settings = {"class": type(module).__name__}
            if isinstance(module, nn.modules.batchnorm._BatchNorm):
                layer = Layer("batch_norm", {"size": module.num_features, **settings})
            else:
                layer = Layer(type(module).__name__, settings)
            shapes = tuple(tuple(a.shape) for a in args if isinstance(a, Tensor))[:3]
            where = recorder.name_of(module)
    message = str(error).splitlines()[0][:MESSAGE] if str(error) else ""
    return Failure(layer, shapes, type(error).__name__, message, where, _line_of(error, file))


def _line_of(error: BaseException, file: str | None) -> int | None:
    line, trace = None, error.__traceback__
    while trace is not None:
        if file is not None and trace.tb_frame.f_code.co_filename == file:
            line = trace.tb_lineno
        trace = trace.tb_next
    return line


class _module_names:
    """While it is entered, a recorder knows which module runs."""

    def __init__(self, recorder: _Recorder):
        self._recorder = recorder

    def __enter__(self) -> None:
        before, after = self._recorder.enter, self._recorder.leave
        self._handles = (
            hooks.register_module_forward_pre_hook(lambda module, args: before(module, args)),
            hooks.register_module_forward_hook(lambda m, args, out: after(out), always_call=True),
        )

    def __exit__(self, *error: object) -> None:
        for handle in self._handles:
            handle.remove()


def _needed(calls: list[_Call], last: int) -> list[int]:
    """Return the numbers of the calls that a result is made of, in order."""
    needed, todo = set(), [last]
    while todo:
        at = todo.pop()
        if at >= 0 and at not in needed:
            needed.add(at)
            todo += calls[at].step.inputs
    return sorted(needed)


def _depends_on_input(calls: list[_Call]) -> list[bool]:
    """Return for each call whether its result depends on the input."""
    depends: list[bool] = []
    for call in calls:
        depends.append(any(i < 0 or depends[i] for i in call.step.inputs))
    return depends


def _steps(calls: list[_Call], last: int) -> tuple[list[Numbered], list[_Call]]:
    """Return the steps from input to output, spellings fused, and the calls with those steps."""
    fused, inside = _fuse(calls, last)
    needed = _needed_fused(fused, last, inside)
    depends = _depends_on_input(calls)
    steps = [(at, fused[at].step) for at in needed if depends[at] and _says_something(fused[at])]
    return _fuse_linear(_renumbered(steps, fused), fused), fused


def _needed_fused(calls: list[_Call], last: int, inside: dict[int, int]) -> list[int]:
    """Return the numbers of the calls that a result is made of, without those inside a fused one.

    Args:
        calls: with fused steps.
        last: number of the call that returns the result.
        inside: as `_fuse` returns it.
    """
    needed: set[int] = set()
    todo = [last]
    while todo:
        at = todo.pop()
        if at >= 0 and at not in needed:
            needed.add(at)
            todo += [inside[at]] if at in inside else calls[at].step.inputs
    return sorted(needed)


def _says_something(call: _Call) -> bool:
    step = call.step
    return not (step.op in SAME or step.op in ("identity", "item", *CUTTING))


def _renumbered(steps: list[Numbered], calls: list[_Call]) -> list[Numbered]:
    """Return steps whose inputs skip those that were left out."""
    kept = {at for at, _ in steps}

    def resolve(at: int) -> int:
        while at >= 0 and at not in kept and calls[at].step.inputs:
            at = calls[at].step.inputs[0]
        return at

    return [
        (
            at,
            replace(step, inputs=tuple(n for n in map(resolve, step.inputs) if n in kept or n < 0)),
        )
        for at, step in steps
    ]


def _path(calls: list[_Call], last: int) -> list[Numbered]:
    """Return the steps that depend on the input, of a network that stopped, up to its end."""
    while last > 0 and (not calls[last].step.inputs or not _says_something(calls[last])):
        last -= 1
    return _steps(calls, last)[0]


def _shown(steps: list[Numbered]) -> tuple[Step, ...]:
    """Return at most SHOWN steps, numbered from 0, with references to one another."""
    numbers = {at: n for n, (at, _) in enumerate(steps)} | {-1: -1}
    shown = []
    for _, step in steps[:SHOWN]:
        inputs = tuple(numbers[i] for i in step.inputs if i in numbers)
        shown.append(replace(step, inputs=inputs))
    return tuple(shown)


def _fuse_norms(steps: list[Numbered], calls: list[_Call], x: Tensor) -> list[Numbered]:
    """Replace a module that computes BatchNorm out of means and variances by BatchNorm."""
    runs: dict[str, list[int]] = {}
    for place, (_, step) in enumerate(steps):
        if step.module:
            runs.setdefault(step.module, []).append(place)
    dropped: set[int] = set()
    steps = list(steps)
    for places in runs.values():
        ops = {steps[p][1].op for p in places}
        whole = places == list(range(places[0], places[-1] + 1))
        if len(places) < 4 or not whole or not ops & {"mean", "var", "var_mean", "std"}:
            continue
        inside = {steps[p][0] for p in places}
        outside = {at for at, _ in steps if at not in inside} | {-1}
        roots = {i for p in places for i in steps[p][1].inputs if i in outside}
        if len(roots) != 1:
            continue
        (root,), (at, step) = roots, steps[places[-1]]
        settings = _batch_norm_of(calls, x, root, at)
        if settings is not None:
            names = tuple(name for p in places for name in steps[p][1].parameters)
            steps[places[-1]] = (
                at,
                replace(step, op="batch_norm", settings=settings, inputs=(root,), parameters=names),
            )
            dropped |= set(places[:-1])
    return [entry for place, entry in enumerate(steps) if place not in dropped]


def _batch_norm_of(calls: list[_Call], x: Tensor, root: int, last: int) -> Settings | None:
    """Return the settings of the BatchNorm that leads from one value to another, or None."""
    with torch.no_grad():
        data = _replay(calls, _needed(calls, root), x, root) if root >= 0 else x
        found = _replay(calls, _needed(calls, last), x, last)
        calls = [c for at, c in enumerate(calls) if root < at <= last]
        used = [t for c in calls for t in _tensors((c.args, c.kwargs))
                if isinstance(t, nn.Parameter) and t.numel() == data.shape[1]]  # fmt: skip
        weights = list({id(t): t.reshape(-1) for t in used}.values())
        pairs: list[tuple[Tensor | None, Tensor | None]] = []
        pairs += [(a, b) for a in weights for b in weights if a is not b] or [(None, None)]
        for weight, bias in pairs:
            for eps in (1e-5, 1e-3, 1e-8, 0.0):
                own = F.batch_norm(data, None, None, weight, bias, True, 0.0, eps or 1e-12)
                if own.shape == found.shape and torch.allclose(own, found, rtol=1e-5, atol=1e-6):
                    affine = weight is not None
                    return {"size": int(data.shape[1]), "eps": eps, "momentum": 0.1,
                            "affine": affine, "running": True, "statistics": "batch"}  # fmt: skip
    return None


def _facts(model: nn.Module, recorder: _Recorder) -> PassFacts:
    frozen = tuple(name for name, p in model.named_parameters() if not p.requires_grad)
    matters = (nn.modules.batchnorm._NormBase, nn.modules.dropout._DropoutNd)
    evaluating = any(isinstance(m, matters) and not m.training for m in model.modules())
    return PassFacts(
        frozen=frozen[:100],
        unregistered=len(recorder.unregistered),
        cuts=tuple(dict.fromkeys(cut for _, cut in recorder.cuts))[:20],
        evaluating=evaluating,
        random=tuple(recorder.random)[:20],
    )


def _with_parameters(
    facts: PassFacts, steps: list[Numbered], model: nn.Module, recorder: _Recorder, last: int
) -> PassFacts:
    """Return facts with those about parameters, and with the cuts on the way to the output only."""
    used = Counter(name for _, step in steps for name in set(step.parameters) if name)
    names = [name for name, _ in model.named_parameters()]
    inside = Counter(name for call in recorder.calls for name in call.step.parameters)
    reused = tuple(name for name in names if used[name] > 1)
    unused = tuple(name for name in names if not inside[name])
    on_the_way = set(_needed(recorder.calls, last))
    cuts = tuple(dict.fromkeys(cut for at, cut in recorder.cuts if at in on_the_way))[:20]
    return replace(facts, reused=reused[:100], unused=unused[:100], cuts=cuts)


def _recreated(model: nn.Module, recorder: _Recorder, x: Tensor) -> bool:
    """Return whether weights that are not registered are other ones at the next pass."""
    if not recorder.unregistered:
        return False
    again = _Recorder(model, x, None)
    with again:
        model(x)
    return not set(again.unregistered) & set(recorder.unregistered)


def _distrust(
    model: nn.Module, recorder: _Recorder, fused: list[_Call], last: int, x: Tensor
) -> str:
    """Return why the steps are not all that the network computes, or ""."""
    needed = _needed(recorder.calls, last)
    try:
        for other in (0.8 * x.flip(0) + 0.1, -1.3 * x):
            if not _agrees(model, fused, needed, other, last):
                return "it also computes something that is not an operation of PyTorch"
    except Exception as error:
        return f"its operations cannot be repeated on another input ({type(error).__name__})"
    return ""


def _agrees(model: nn.Module, calls: list[_Call], needed: list[int], x: Tensor, last: int) -> bool:
    """Return whether a replay on another input returns what the network returns."""
    with torch.no_grad():
        torch.manual_seed(1)
        own = model(x.clone())
        torch.manual_seed(1)
        found = _replay(calls, needed, x, last)
    limit = TOLERANCE * (float(own.abs().max()) + 1e-12)
    return own.shape == found.shape and float((own - found).abs().max()) <= limit
