"""Operations of a network in the words of PyTorch: typed records without torch.

A trace lists the operations of one forward pass. The layers of an assignment are operations too,
so both can be compared. This module holds their data and their wording; `probes.trace` records
them and `judging.alignment` compares them.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TypeAlias

from .records import Record

Setting: TypeAlias = bool | int | float | str | tuple[int | float, ...] | None
Settings: TypeAlias = dict[str, Setting]

# Names of the operations as PyTorch's layers spell them, by family.
FAMILIES = {
    "weights": {"linear": "Linear", "conv": "Conv", "conv_transposed": "ConvTranspose",
                "matmul": "matrix product", "bilinear": "Bilinear", "embedding": "Embedding"},
    "activation": {
        "relu": "ReLU", "leaky_relu": "LeakyReLU", "tanh": "Tanh", "sigmoid": "Sigmoid",
        "elu": "ELU", "selu": "SELU", "celu": "CELU", "gelu": "GELU", "silu": "SiLU",
        "mish": "Mish", "softplus": "Softplus", "hardtanh": "Hardtanh", "relu6": "ReLU6",
        "prelu": "PReLU", "rrelu": "RReLU", "softmax": "Softmax", "log_softmax": "LogSoftmax",
        "log_sigmoid": "LogSigmoid", "hardsigmoid": "Hardsigmoid", "hardswish": "Hardswish",
        "softsign": "Softsign", "clamp": "clamp", "threshold": "Threshold", "abs": "abs",
    },
    "norm": {"batch_norm": "BatchNorm", "instance_norm": "InstanceNorm", "layer_norm": "LayerNorm",
             "group_norm": "GroupNorm", "normalize": "normalize"},
    "pool": {"max_pool": "MaxPool", "avg_pool": "AvgPool", "adaptive_max_pool": "AdaptiveMaxPool",
             "adaptive_avg_pool": "AdaptiveAvgPool"},
    "shape": {"reshape": "reshape", "permute": "permute", "upsample": "Upsample", "pad": "pad"},
    "random": {"dropout": "Dropout", "dropout2d": "Dropout2d", "noise": "random numbers"},
    "arithmetic": {"affine": "arithmetic"},
}  # fmt: skip
NAMES = {op: name for family in FAMILIES.values() for op, name in family.items()}
FAMILY = {op: family for family, members in FAMILIES.items() for op in members}
# Activations that keep the order of numbers, so that max pooling may come before or after them.
MONOTONE = ("relu", "leaky_relu", "tanh", "sigmoid", "elu", "selu", "softplus", "hardtanh", "relu6")
# What PyTorch's layers do unless told; a setting with this value is not worth showing.
DEFAULTS = {
    "bias": True, "stride": 1, "padding": 0, "dilation": 1, "groups": 1, "output_padding": 0,
    "eps": 1e-5, "momentum": 0.1, "affine": True, "running": True, "statistics": "batch",
    "ceil_mode": False, "alpha": 1.0, "mode": "nearest",
}  # fmt: skip


@dataclass(frozen=True)
class Layer(Record):
    """One operation with its settings.

    Attributes:
        op: a key of NAMES, or the name of a torch function that has no word here.
        settings: name -> number, flag, text or tuple; only those that the operation has.
    """

    op: str
    settings: Settings = field(default_factory=dict)

    @property
    def family(self) -> str:
        """The group of operations that can stand in each other's place."""
        return FAMILY.get(self.op, "other")

    @property
    def name(self) -> str:
        """The name alone, such as LeakyReLU."""
        return NAMES.get(self.op, self.op)

    def __str__(self) -> str:
        return describe(self)

    def whole(self, name: str, default: int | None = None) -> int:
        """Return a setting that is an integer.

        Args:
            name: of the setting.
            default: for an operation without this setting; None if every operation has it.
        Raises:
            TypeError: the setting is missing or is not an integer.
        """
        value = self.settings.get(name, default)
        if not isinstance(value, int):
            raise TypeError(f"{self.op}: expected an integer as {name}; found {value!r}")
        return value

    def real(self, name: str, default: float | None = None) -> float:
        """Return a setting that is a number.

        Args:
            name: of the setting.
            default: for an operation without this setting; None if every operation has it.
        Raises:
            TypeError: the setting is missing or is not a number.
        """
        value = self.settings.get(name, default)
        if not isinstance(value, int | float):
            raise TypeError(f"{self.op}: expected a number as {name}; found {value!r}")
        return value

    def sides(self, name: str) -> tuple[float, ...]:
        """Return a setting that is a tuple; () for an operation without this setting.

        Raises:
            TypeError: the setting is not a tuple.
        """
        value = self.settings.get(name, ())
        if not isinstance(value, tuple):
            raise TypeError(f"{self.op}: expected a tuple as {name}; found {value!r}")
        return value


@dataclass(frozen=True)
class Step(Layer):
    """One operation of a trace.

    Attributes:
        shape: of the result, batch axis included.
        inputs: numbers of the steps whose results it uses; -1 is the network's input.
        parameters: names of the network's parameters that it uses; "" for one without a name.
        module: name of the submodule that ran it, such as "model.3"; "" for the network itself.
        line: of the student's file, if the call comes from there.
    """

    shape: tuple[int, ...] = ()
    inputs: tuple[int, ...] = ()
    parameters: tuple[str, ...] = ()
    module: str = ""
    line: int | None = None


@dataclass(frozen=True)
class Failure(Record):
    """The operation at which a forward pass stopped.

    Attributes:
        layer: the operation, or None if no torch function raised the exception.
        shapes: of its tensor arguments that are not parameters.
        error: name of the exception's type.
        message: of the exception, shortened.
        module, line: where, as in `Step`.
    """

    layer: Layer | None
    shapes: tuple[tuple[int, ...], ...]
    error: str
    message: str
    module: str = ""
    line: int | None = None


@dataclass(frozen=True)
class Cut(Record):
    """A place where the gradient ends: `.detach()`, `.data` or `torch.no_grad()`."""

    how: str
    line: int | None


@dataclass(frozen=True)
class PassFacts(Record):
    """What a forward pass shows besides its operations.

    Attributes:
        reused: names of parameters that several operations use.
        unused: names of parameters that no operation uses.
        frozen: names of parameters that do not require a gradient.
        unregistered: count of weights that are not in `parameters()`.
        recreated: those weights are other ones at each pass.
        cuts: places where the gradient ends.
        evaluating: the network, or a layer of it, is in eval mode.
        random: names of operations that draw random numbers.
    """

    reused: tuple[str, ...] = ()
    unused: tuple[str, ...] = ()
    frozen: tuple[str, ...] = ()
    unregistered: int = 0
    recreated: bool = False
    cuts: tuple[Cut, ...] = ()
    evaluating: bool = False
    random: tuple[str, ...] = ()


@dataclass(frozen=True)
class Trace(Record):
    """The operations of one forward pass.

    Attributes:
        input_shape: of the network's input, batch axis included.
        steps: those that lead from the input to the output, in the order in which they ran.
        failure: where it stopped, or None.
        distrust: why the steps may not be all that the network computes; "" if replaying them gave
            the network's own output, or if it stopped and there is nothing to compare.
        facts: what else was seen.
    """

    input_shape: tuple[int, ...]
    steps: tuple[Step, ...]
    failure: Failure | None = None
    distrust: str = ""
    facts: PassFacts = PassFacts()


# --- wording --------------------------------------------------------------------------------------


def describe(layer: Layer) -> str:
    """Return an operation in one short phrase, such as `Linear(784, 256)`."""
    s = layer.settings
    name = layer.name
    match layer.op:
        case "linear" | "conv" | "conv_transposed":
            kernel = [f"{size(s['kernel'])} kernel"] if "kernel" in s else []
            words = [str(s.get("in", "?")), str(s.get("out", "?")), *kernel]
            return f"{name}({', '.join(words + _extras(s, ('in', 'out', 'kernel')))})"
        case "leaky_relu":
            return f"{name}({number(layer.real('slope', 0.01))})"
        case "reshape":
            to = layer.sides("to")
            return "flatten" if len(to) == 1 else f"reshape to {shape_of(to)}"
        case "affine":
            return _affine(layer)
        case "max_pool" | "avg_pool":
            words = [size(s["kernel"])]
            extras = _extras(s, ("kernel", "stride"))
            if s.get("stride") != s.get("kernel"):
                words.append(f"stride {size(s['stride'])}")
            return f"{name}({', '.join(words + extras)})"
        case "batch_norm":
            return f"{name}({', '.join([str(s.get('size', '?')), *_extras(s, ('size',))])})"
        case "noise":
            return f"random numbers ({s['function']})" if "function" in s else name
    extras = _extras(s, ())
    return f"{name}({', '.join(extras)})" if extras else name


WORDS = {"bias": "bias", "affine": "affine", "running": "track_running_stats", "eps": "eps",
         "statistics": "statistics"}  # fmt: skip


def _extras(settings: Settings, shown: tuple[str, ...]) -> list[str]:
    """Return the settings that differ from PyTorch's defaults, as keyword arguments."""
    words = []
    for name, value in settings.items():
        if name in shown or DEFAULTS.get(name, object()) == value:
            continue
        if name == "statistics":
            words.append("eval mode")
        elif name == "active":
            words += [] if value else ["inactive"]
        elif name in ("value", "p", "slope", "size", "axes", "function"):
            words.append(_plain(value))
        else:
            words.append(f"{WORDS.get(name, name)}={_plain(value)}")
    return words


def _plain(value: Setting) -> str:
    if isinstance(value, bool) or value is None or isinstance(value, str):
        return str(value)
    if isinstance(value, tuple):
        return size(value) if len(value) == 2 else shape_of(value)
    return number(value)


def _affine(layer: Layer) -> str:
    factor, offset = layer.real("factor", 1.0), layer.real("offset", 0.0)
    words = "x" if factor == 1 else f"{number(factor)} x"
    if 0 < factor < 0.1 and abs(1 / factor - round(1 / factor)) < 1e-3:
        words = f"x / {round(1 / factor)}"
    if offset:
        words += f" {'+' if offset > 0 else '-'} {number(abs(offset))}"
    return words


def number(value: float) -> str:
    """Return a number as a student would write it: 0.01, 1e-05."""
    return f"{float(value):.6g}"


def size(value: Setting) -> str:
    """Return a kernel size or stride: 5x5 for 5 and for (5, 5)."""
    if isinstance(value, tuple):
        return "x".join(map(str, value))
    return f"{value}x{value}" if isinstance(value, int) else str(value)


def shape_of(dims: Sequence[float | str]) -> str:
    """Return a shape as Python writes it."""
    return "(" + ", ".join(map(str, dims)) + ("," if len(dims) == 1 else "") + ")"


# --- the layers of an assignment ------------------------------------------------------------------

PATTERN = re.compile(
    r"(?P<op>[a-z_]+)"
    r"(?:\s+(?P<first>[^,]+?))?"
    r"(?:\s*->\s*(?P<second>[^,]+?))?"
    r"(?P<rest>(?:,\s*[a-z_]+\s+[^,]+)*)"
)
POSITIONAL = {"leaky_relu": "slope", "max_pool": "kernel", "avg_pool": "kernel",
              "batch_norm": "size", "reshape": "to"}  # fmt: skip
COMPLETE: dict[str, Settings] = {  # settings that every operation of a kind has
    "linear": {"bias": True},
    "conv": {"stride": 1, "padding": 0, "dilation": 1, "groups": 1, "bias": True},
    "conv_transposed": {
        "stride": 1, "padding": 0, "output_padding": 0, "dilation": 1, "groups": 1, "bias": True,
    },
    "batch_norm": {
        "eps": 1e-5, "momentum": 0.1, "affine": True, "running": True, "statistics": "batch",
    },
    "max_pool": {"padding": 0, "dilation": 1, "ceil_mode": False},
}  # fmt: skip


def parse_layer(text: str, sizes: dict[str, int] | None = None) -> Layer:
    """Return the layer that a line of an assignment's table describes.

    Args:
        text: such as "linear noise_dim -> 1024", "leaky_relu 0.01", "max_pool 2",
            "conv 1 -> 32, kernel 5" or "reshape 128 x 7 x 7".
        sizes: values of the names in it, such as {"noise_dim": 96}.
    Raises:
        ValueError: the line is not one of this form; the message quotes it.
    """
    match = PATTERN.fullmatch(text.strip())
    if match is None or match["op"] not in (*NAMES, "flatten"):
        raise ValueError(f"expected an operation such as 'linear 784 -> 256', found {text!r}")
    op, sizes = match["op"], sizes or {}
    settings: Settings = {}
    if match["second"]:
        settings = {"in": _value(match["first"], sizes), "out": _value(match["second"], sizes)}
    elif match["first"] and op == "reshape":
        settings = {"to": tuple(_value(part, sizes) for part in match["first"].split(" x "))}
    elif match["first"] and op not in POSITIONAL:
        raise ValueError(f"expected {op} without {match['first']!r} after it, found {text!r}")
    elif match["first"]:
        settings = {POSITIONAL[op]: _value(match["first"], sizes)}
    for pair in filter(None, match["rest"].split(",")):
        name, value = pair.split(None, 1)
        settings[name] = _value(value, sizes)
    for name, default in COMPLETE.get(op, {}).items():
        settings.setdefault(name, default)
    if op in ("max_pool", "avg_pool"):
        settings.setdefault("stride", settings["kernel"])
    return Layer(op, settings)


def _value(text: str, sizes: dict[str, int]) -> int | float:
    """Return the number that a word, a product of words or a number stands for."""
    product: int | float = 1
    for part in text.split("*"):
        word = part.strip()
        try:
            product *= sizes[word] if word in sizes else int(word)
        except ValueError:
            try:
                product *= float(word)
            except ValueError:
                raise ValueError(
                    f"expected a number or one of {sorted(sizes)}, found {word!r}"
                ) from None
    return product
