"""Explain a network: its operations beside the layers that the assignment prints.

Both sequences are brought into one form first, so that spellings of one function are equal:
Flatten, view and squeeze; max pooling before or after a monotone activation; a linear layer as a
convolution. Then they are aligned at the lowest cost, and each difference becomes a sentence.
"""

import itertools
import math
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Literal, NamedTuple, TypeAlias

from cs231n.engine.operations import (
    MONOTONE,
    NAMES,
    Failure,
    Layer,
    PassFacts,
    Setting,
    Settings,
    Step,
    Trace,
    describe,
    number,
    parse_layer,
    shape_of,
    size,
)
from cs231n.engine.schema import Row

from .table import fold

_NUMBERS = {2: "two", 3: "three"}
ORDINALS = ("first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth", "ninth",
            "tenth")  # fmt: skip
KINDS = {"linear": "linear layer", "conv": "convolution", "conv_transposed":
         "transposed convolution"}  # fmt: skip


@dataclass(frozen=True)
class NetworkExplanation:
    """What differs between a network and the assignment's.

    Attributes:
        sentences: what to change, the cause first; empty if there is nothing to say for certain.
        rows: both sequences side by side.
        note: why the rows may be incomplete, or "".
    """

    sentences: tuple[str, ...]
    rows: tuple[Row, ...] = ()
    note: str = ""

    @property
    def differs(self) -> bool:
        """Whether the operations or facts differ from what the assignment asks for."""
        return bool(self.sentences) or any(
            row.mark not in ("same", "follows", "fold") for row in self.rows
        )

    @property
    def headline(self) -> str:
        """The first sentence, and how many more differences there are."""
        if not self.sentences:
            return ""
        more = len(self.sentences) - 1
        counted = {0: "", 1: " One more difference below."}
        return self.sentences[0] + counted.get(more, f" {more} more differences below.")


@dataclass(frozen=True)
class _Item:
    """An operation in the common form.

    Attributes:
        layer: the operation.
        before, after: shapes of one row of the batch that go in and come out; None if unknown.
        where: for a row of the table.
    """

    layer: Layer
    before: tuple[int, ...] | None
    after: tuple[int, ...] | None
    where: str = ""
    biasless: bool = False  # a linear layer whose missing bias the next BatchNorm makes irrelevant


@dataclass(frozen=True)
class _Pair:
    """In an alignment, the place of an operation and of the assignment's beside it."""

    mark: Literal["same", "changed", "order"]
    found: int
    expected: int


@dataclass(frozen=True)
class _Missing:
    """In an alignment, the place of an operation that only the assignment has."""

    mark: Literal["missing", "unreached"]
    expected: int
    found: None = None


@dataclass(frozen=True)
class _Extra:
    """In an alignment, the place of an operation that only the student's network has."""

    found: int
    mark: Literal["extra"] = "extra"
    expected: None = None


_Match: TypeAlias = _Pair | _Missing | _Extra


@dataclass(frozen=True)
class _Difference:
    """One thing that differs, as parts of a sentence."""

    text: str
    group: str = ""  # differences of one group are one mistake made several times
    all_text: str = ""  # the sentence if all `of` places have it
    of: int = 0


# --- the assignment's layers ----------------------------------------------------------------------


class Block(NamedTuple):
    """A task whose layers are one line in the tables of others.

    Attributes:
        lines: its `layers`.
        sizes: names of its input size and its output size.
    """

    lines: list[str]
    sizes: list[str]


@dataclass(frozen=True)
class NetworkReference:
    """A network as the assignment's table describes it.

    Attributes:
        lines: the task's `layers`.
        sizes: values of the names in them: the builder's arguments.
        blocks: name of a block's function -> the block.
        scores: the network ends without an activation because a loss takes its scores.
    """

    lines: tuple[str, ...]
    sizes: dict[str, int]
    blocks: dict[str, Block]
    scores: bool = False

    def layers(self, **other: int) -> list[Layer]:
        """Return the layers, with other values for some arguments if they are given."""
        return expected_layers(list(self.lines), self.sizes | other, self.blocks)


def expected_layers(
    lines: list[str], sizes: dict[str, int], blocks: dict[str, Block]
) -> list[Layer]:
    """Return the layers of a task, with its blocks written out.

    Args:
        lines: the task's `layers` in the assignment's table.
        sizes: values of the names in them.
        blocks: name of a block's function -> the block.
    """
    layers: list[Layer] = []
    for line in lines:
        name, _, arguments = line.partition(" ")
        if name in blocks:
            block, linear = blocks[name], parse_layer(f"linear {arguments}", sizes)
            values = linear.whole("in"), linear.whole("out")
            layers += expected_layers(block.lines, dict(zip(block.sizes, values, strict=True)), {})
        elif line.strip() == "flatten":
            layers.append(Layer("flatten"))
        else:
            layers.append(parse_layer(line, sizes))
    return layers


def _expected_items(layers: list[Layer], row: tuple[int, ...]) -> list[_Item]:
    """Return the assignment's layers with the shapes that they make of an input row."""
    items, shape = [], row
    for layer in layers:
        after = _shape_after(layer, shape)
        if layer.op == "flatten":
            layer = Layer("reshape", {"to": after})
        items.append(_Item(layer, shape, after))
        shape = after
    return items


def _shape_after(layer: Layer, shape: tuple[int, ...]) -> tuple[int, ...]:
    """Return the shape that one layer of the assignment makes of the shape of a row."""
    if layer.op == "flatten":
        return (math.prod(shape),)
    if layer.op == "reshape":
        return tuple(map(int, layer.sides("to")))
    if layer.op == "linear":
        return (*shape[:-1], layer.whole("out"))
    if layer.op in ("conv", "conv_transposed", "max_pool", "avg_pool") and len(shape) == 3:
        sides = tuple(_side(n, layer) for n in shape[1:])
        return (layer.whole("out", shape[0]), *sides)
    return shape


def _side(n: int, layer: Layer) -> int:
    """Return the side of an image after a convolution or pooling of one with side n."""
    stride, padding = layer.whole("stride"), layer.whole("padding")
    reach = layer.whole("dilation", 1) * (layer.whole("kernel") - 1)
    if layer.op == "conv_transposed":
        return (n - 1) * stride - 2 * padding + reach + layer.whole("output_padding", 0) + 1
    return (n + 2 * padding - reach - 1) // stride + 1


# --- one form for many spellings ------------------------------------------------------------------


def _found_items(trace: Trace) -> list[_Item]:
    batch = trace.input_shape[0] if trace.input_shape else 0
    items: list[_Item] = []
    for step in trace.steps:
        source = step.inputs[0] if step.inputs else -1
        before = trace.input_shape if source < 0 else trace.steps[source].shape
        items.append(_Item(
            Layer(step.op, step.settings), _row_shape(before, batch), _row_shape(step.shape, batch),
            _where(step),
        ))  # fmt: skip
    return items


def _row_shape(shape: tuple[int, ...], batch: int) -> tuple[int, ...] | None:
    return tuple(shape[1:]) if shape and shape[0] == batch else None


def _where(step: Step) -> str:
    parts = [step.module] if step.module else []
    parts += [f"line {step.line}"] if step.line else []
    return ", ".join(parts)


def _common_form(items: list[_Item]) -> list[_Item]:
    """Return items without what is a matter of spelling."""
    items = [item for item in items if not _without_effect(item)]
    items = [_plain_pool(item) for item in items]
    items = _padding_inside(items)
    items = [part for item in items for part in _plain_convolution(item)]
    items = _pool_after_activation(items)
    items = _reshapes_last(items)
    return _irrelevant_bias(items)


def _without_effect(item: _Item) -> bool:
    s = item.layer.settings
    if item.layer.op in ("dropout", "dropout2d"):
        return s.get("p") == 0 or s.get("active") is False
    return item.layer.op == "affine" and s.get("factor") == 1 and s.get("offset") == 0


def _plain_pool(item: _Item) -> _Item:
    """Return adaptive pooling as the plain pooling that does the same."""
    s, op = item.layer.settings, item.layer.op
    if op not in ("adaptive_max_pool", "adaptive_avg_pool"):
        return item
    side, wanted = s.get("from"), s.get("size")
    if isinstance(side, int) and isinstance(wanted, int) and wanted and side % wanted == 0:
        kernel = side // wanted
        settings: Settings = {"kernel": kernel, "stride": kernel, "padding": 0}
        plain = op.removeprefix("adaptive_")
        more: Settings = {"dilation": 1, "ceil_mode": False} if plain == "max_pool" else {}
        return replace(item, layer=Layer(plain, settings | more))
    return item


def _padding_inside(items: list[_Item]) -> list[_Item]:
    """Make zero padding before a convolution the convolution's own."""
    done: list[_Item] = []
    for item in items:
        pad = done[-1].layer if done and done[-1].layer.op == "pad" else Layer("pad")
        sides = set(pad.sides("pad"))
        constant = pad.settings.get("mode") == "constant"
        plain = constant and len(sides) == 1 and len(pad.sides("pad")) == 4
        if plain and item.layer.op == "conv" and item.layer.settings.get("padding") == 0:
            before = done.pop().before
            settings = {**item.layer.settings, "padding": sides.pop()}
            item = replace(item, layer=Layer("conv", settings), before=before)
        done.append(item)
    return done


def _plain_convolution(item: _Item) -> list[_Item]:
    """Return a convolution over its whole input as the linear layer that it is."""
    s, before, after = item.layer.settings, item.before, item.after
    if item.layer.op != "conv" or not s or not before or not after:
        return [item]
    if len(before) != 3 or len(after) != 3:
        return [item]
    plain = s["padding"] == 0 and s["groups"] == 1 and after[1:] == (1, 1)
    if not plain or _sides(s["kernel"]) != before[1:]:
        return [item]
    flat, out = (math.prod(before),), item.layer.whole("out")
    linear = Layer("linear", {"in": flat[0], "out": out, "bias": s["bias"]})
    return [_Item(Layer("reshape", {"to": flat}), before, flat, item.where),
            _Item(linear, flat, (out,), item.where)]  # fmt: skip


def _sides(kernel: Setting) -> tuple[Setting, ...]:
    return kernel if isinstance(kernel, tuple) else (kernel, kernel)


def _pool_after_activation(items: list[_Item]) -> list[_Item]:
    """Max pooling commutes with a monotone activation; the activation goes first."""
    items = list(items)
    for at in range(len(items) - 1):
        pool, activation = items[at], items[at + 1]
        rising = activation.layer.op in MONOTONE and activation.layer.real("slope", 1) >= 0
        if pool.layer.op == "max_pool" and rising:
            items[at] = replace(activation, before=pool.before, after=pool.before)
            items[at + 1] = replace(pool, before=pool.before)
    return items


def _reshapes_last(items: list[_Item]) -> list[_Item]:
    """Reshapes merged, dropped where they change nothing, and moved behind activations."""
    moved: list[_Item] = []
    pending: _Item | None = None
    for item in items:
        if _is_reshape(item):
            pending = _merged(pending, item)
        elif pending is not None and _pointwise(item.layer):
            moved.append(replace(item, before=pending.before, after=pending.before))
        else:
            moved += [pending] if pending is not None and _changes_shape(pending) else []
            moved.append(item)
            pending = None
    return moved + ([pending] if pending is not None and _changes_shape(pending) else [])


def _is_reshape(item: _Item) -> bool:
    return item.layer.op == "reshape" and "batch" not in item.layer.settings


def _merged(first: _Item | None, second: _Item) -> _Item:
    return second if first is None else replace(second, before=first.before)


def _pointwise(layer: Layer) -> bool:
    return (
        layer.family == "activation" and layer.op not in ("softmax", "log_softmax", "prelu")
    ) or (layer.op in ("affine", "dropout"))


def _changes_shape(item: _Item) -> bool:
    return item.before is None or _dense(item.before) != _dense(item.after or ())


def _dense(shape: tuple[float, ...]) -> tuple[float, ...]:
    """Return a shape without axes of length one."""
    return tuple(n for n in shape if n != 1)


def _irrelevant_bias(items: list[_Item]) -> list[_Item]:
    """Add a missing bias before a BatchNorm, where it has no effect."""
    items = list(items)
    for at, item in enumerate(items[:-1]):
        following = items[at + 1].layer
        by_batch = following.op == "batch_norm" and following.settings.get("statistics") == "batch"
        if by_batch and item.layer.settings.get("bias") is False:
            settings = {**item.layer.settings, "bias": True}
            items[at] = replace(item, layer=Layer(item.layer.op, settings), biasless=True)
    return items


# --- alignment ------------------------------------------------------------------------------------


def _same(a: Layer, b: Layer) -> bool:
    if a.op != b.op:
        return False
    if a.op == "reshape":
        return _dense(a.sides("to")) == _dense(b.sides("to")) and (
            a.settings.get("batch") == b.settings.get("batch")
        )
    return not _differing_settings(a, b)


def _differing_settings(a: Layer, b: Layer) -> list[str]:
    names = [
        n for n in b.settings if n not in a.settings or not _equal(a.settings[n], b.settings[n])
    ]
    return names + [n for n in a.settings if n not in b.settings and n not in ("active", "from")]


def _equal(a: Setting, b: Setting) -> bool:
    if isinstance(a, float) and isinstance(b, int | float) and not isinstance(b, bool):
        return math.isclose(a, b, rel_tol=1e-6, abs_tol=1e-12)
    return a == b


def _price(layer: Layer) -> float:
    """Return the cost of an operation without a partner."""
    return {"weights": 1.3, "shape": 0.7}.get(layer.family, 1.0)


def _exchange(a: Layer, b: Layer) -> float:
    """Return the cost of one operation in the place of another."""
    if _same(a, b):
        return 0.0
    if a.op == b.op and a.op in KINDS:
        prices = {"in": 0.35, "out": 0.6}
        return min(1.2, sum(prices.get(name, 0.2) for name in _differing_settings(a, b)))
    if a.op == b.op:
        return min(0.9, 0.3 + 0.15 * len(_differing_settings(a, b)))
    if a.family == b.family and a.family not in ("other", "shape"):
        return 1.1
    return 9.0


def align(found: list[Layer], expected: list[Layer], open_end: bool = False) -> list[_Match]:
    """Return the cheapest way to read one sequence beside the other.

    Args:
        found: the student's operations.
        expected: the assignment's.
        open_end: the student's network stopped, so what the assignment has after its end is not
            missing.
    """
    n, m = len(found), len(expected)
    cost = [[0.0] * (m + 1) for _ in range(n + 1)]
    way: list[list[str]] = [[""] * (m + 1) for _ in range(n + 1)]
    for i in range(n + 1):
        for j in range(m + 1):
            options = []  # of equal cost the first, so that a layer is missing with what follows it
            if j:
                free = open_end and i == n
                price = 0.0 if free else _price(expected[j - 1])
                options.append((cost[i][j - 1] + price, "unreached" if free else "missing"))
            if i:
                options.append((cost[i - 1][j] + _price(found[i - 1]), "extra"))
            if i > 1 and j > 1 and _turned(found[i - 2 : i], expected[j - 2 : j]):
                options.append((cost[i - 2][j - 2] + 1.0, "order"))
            if i and j:
                options.append(
                    (cost[i - 1][j - 1] + _exchange(found[i - 1], expected[j - 1]), "both")
                )
            if options:
                cost[i][j], way[i][j] = min(options, key=lambda option: option[0])
    return _walk_back(way, found, expected)


def _turned(found: list[Layer], expected: list[Layer]) -> bool:
    a, b = found
    c, d = expected
    return not _same(a, b) and _exchange(a, d) < 0.5 and _exchange(b, c) < 0.5 and a.op != b.op


def _walk_back(way: list[list[str]], found: list[Layer], expected: list[Layer]) -> list[_Match]:
    """Return the steps of the cheapest way.

    Args:
        way: how the cheapest way reaches each pair of lengths of the two sequences.
        found: the student's operations.
        expected: the assignment's.
    """
    matches: list[_Match] = []
    i, j = len(found), len(expected)
    while i or j:
        step = way[i][j]
        if step == "both":
            i, j = i - 1, j - 1
            matches.append(_Pair("same" if _same(found[i], expected[j]) else "changed", i, j))
        elif step in ("missing", "unreached"):
            j -= 1
            matches.append(_Missing("missing" if step == "missing" else "unreached", j))
        elif step == "extra":
            i -= 1
            matches.append(_Extra(i))
        else:
            matches += [_Pair("order", i - 1, j - 1), _Pair("order", i - 2, j - 2)]
            i, j = i - 2, j - 2
    return matches[::-1]


# --- sentences ------------------------------------------------------------------------------------


class _Speaker:
    """Words for the differences of one alignment."""

    def __init__(
        self, found: list[_Item], expected: list[_Item], matches: list[_Match], scores: bool
    ):
        self.found, self.expected, self.matches = found, expected, matches
        self.scores = scores

    def differences(self) -> list[_Difference]:
        """Return one for each place, in the order of the network."""
        said: list[_Difference] = []
        at = 0
        while at < len(self.matches):
            match = self.matches[at]
            taken = 1
            if isinstance(match, _Pair):
                if match.mark == "order":
                    said.append(self._order(match))
                    taken = 2
                elif match.mark == "changed" and not self.follows(match):
                    said += self.changed(match)
            elif isinstance(match, _Extra):
                difference, taken = self._extra(at, match)
                said.append(difference)
            elif match.mark == "missing":
                difference, taken = self._missing(at, match)
                said.append(difference)
            at += taken
        return said

    def follows(self, match: _Pair) -> bool:
        """Return whether a size only differs because the one before it does."""
        found, expected = self.found[match.found], self.expected[match.expected]
        names = _differing_settings(found.layer, expected.layer)
        if found.layer.op != expected.layer.op or not names or set(names) - {"in", "size", "to"}:
            return False
        before = found.before or ()
        if found.layer.op == "reshape":
            return len(found.layer.sides("to")) == len(expected.layer.sides("to")) == 1
        width = before[-1] if found.layer.op == "linear" and before else (before or (None,))[0]
        asked = expected.before or ()
        wanted = asked[-1] if found.layer.op == "linear" and asked else (asked or (None,))[0]
        fits = width == found.layer.settings.get("in", found.layer.settings.get("size"))
        return fits and width != wanted

    def place(self, at: int | None, expected_at: int | None = None) -> str:
        """Return where in the student's network: "after your second linear layer".

        Args:
            at: a place in the network, or None for what only the assignment has.
            expected_at: in that case, its place in the assignment.
        """
        until = [m.found for m in self.matches if m.found is not None]
        if at is None:
            until = []
            for match in self.matches:
                if match.expected == expected_at:
                    break
                if match.found is not None:
                    until.append(match.found)
        else:
            until = [f for f in until if f < at]
        for found in reversed(until):
            if self.found[found].layer.op in KINDS:
                return f"after your {self.name(found)}"
        return "at the start"

    def name(self, at: int) -> str:
        """Return a layer with weights by its number: "second linear layer"."""
        op = self.found[at].layer.op
        same = [i for i, item in enumerate(self.found) if item.layer.op == op]
        if len(same) == 1:
            return KINDS[op]
        number_ = same.index(at)
        last = "last" if number_ == len(same) - 1 and number_ > 2 else None
        ordinal = ORDINALS[number_] if number_ < len(ORDINALS) else f"{number_ + 1}th"
        return f"{last or ordinal} {KINDS[op]}"

    def _is_last(self, at: int) -> bool:
        rest = [i for i in self.found[at + 1 :] if i.layer.family != "shape"]
        return not rest

    def _order(self, match: _Pair) -> _Difference:
        """Describe two operations in the wrong order; `match` is the first of them."""
        layers = [item.layer for item in self.found[match.found : match.found + 2]]
        first, second = (layer.name for layer in layers)
        place = self.place(match.found)
        kinds = {first, second} & {"Linear", "Conv", "ConvTranspose"}
        if kinds:
            text = (
                f"Your network has {first} before {second}; the assignment has {second} first, "
                f"then {first}."
            )
        else:
            text = (
                f"{_sentence(place)}, {first} comes before {second}; the assignment has {second} "
                f"first, then {first}."
            )
        everywhere = (
            f"In your network, {first} comes before {second}; the assignment has {second} first, "
            f"then {first}."
        )
        ops = (layers[0].op, layers[1].op)
        return _Difference(text, f"order {ops}", everywhere, self._pairs(*ops))

    def _pairs(self, first: str, second: str) -> int:
        """Count how often two operations follow each other in the assignment, in any order."""
        ops = [item.layer.op for item in self.expected]
        return sum({a, b} == {first, second} for a, b in itertools.pairwise(ops))

    def _all(self, op: str) -> int:
        return sum(item.layer.op == op for item in self.found)

    def changed(self, match: _Pair) -> list[_Difference]:
        """Return what differs between an operation and the assignment's beside it."""
        found, expected = self.found[match.found], self.expected[match.expected]
        a, b = found.layer, expected.layer
        if a.op != b.op:
            return [self._replaced(match, a, b)]
        if a.op in KINDS:
            return self._changed_weights(match.found, a, b)
        place = self.place(match.found)
        if a.op == "reshape":
            joined = ", which joins the batch axis with the others" if "batch" in a.settings else ""
            return [_Difference(
                f"Your network reshapes to {_rows(a)}{joined}; the assignment reshapes to "
                f"{_rows(b)}."
            )]  # fmt: skip
        return [
            _Difference(
                f"The {a.name} {place} {has}; the assignment {asks}.",
                f"{a.op} {name} {a.settings.get(name)}",
                f"Your {a.name} {has}; the assignment {asks}.",
                self._all(a.op),
            )
            for name in _differing_settings(a, b)
            for has, asks in [_setting_words(a, b, name)]
        ]

    def _replaced(self, match: _Pair, a: Layer, b: Layer) -> _Difference:
        if a.op in KINDS and b.op in KINDS:
            return _Difference(
                f"Your {self.name(match.found)} is {describe(a)}; the assignment has {describe(b)}."
            )
        if self._is_last(match.found) and a.family == "activation":
            reason = " A softmax of one score is always 1." if a.op == "softmax" else ""
            return _Difference(
                f"Your network ends with {describe(a)}; the assignment ends with {describe(b)}."
                f"{reason}"
            )
        place = self.place(match.found)
        kind = {"activation": "activation", "norm": "normalisation", "pool": "pooling"}[a.family]
        return _Difference(
            f"The {kind} {place} is {describe(a)}; the assignment has {describe(b)} there.",
            f"replaced {a} {b}",
            f"Your network has {describe(a)} where the assignment has {describe(b)}.",
            sum(item.layer.op == b.op for item in self.expected),
        )

    def _changed_weights(self, at: int, a: Layer, b: Layer) -> list[_Difference]:
        said: list[_Difference] = []
        names = _differing_settings(a, b)
        kind = KINDS[a.op]
        if "bias" in names:
            names.remove("bias")
            said.append(_Difference(
                f"Your {self.name(at)} has no bias; the assignment asks for one.",
                f"bias {a.op}", f"Your {kind}s have no bias; the assignment asks for one in each.",
                self._all(a.op),
            ))  # fmt: skip
        sizes = [n for n in names if n in ("in", "out")]
        if sizes == ["in"] and self._fits_input(at):
            sizes = []
        if sizes:
            said.append(_Difference(self._size_sentence(at, a, b, sizes)))
        for name in names:
            if name not in ("in", "out"):
                has, asks = _setting_words(a, b, name)
                said.append(_Difference(
                    f"Your {self.name(at)} {has}; the assignment {asks}.",
                    f"{a.op} {name} {a.settings.get(name)}",
                    f"Your {kind}s have {_value_words(name, a)}; the assignment has "
                    f"{_value_words(name, b)}.", self._all(a.op),
                ))  # fmt: skip
        return said

    def _fits_input(self, at: int) -> bool:
        before = self.found[at].before or ()
        op = self.found[at].layer.op
        width = before[-1] if op == "linear" and before else (before or (None,))[0]
        return width == self.found[at].layer.settings.get("in")

    def _size_sentence(self, at: int, a: Layer, b: Layer, sizes: list[str]) -> str:
        def words(layer: Layer) -> str:
            return f"{layer.settings.get('in')} -> {layer.settings.get('out')}"

        swapped = (a.settings["in"], a.settings["out"]) == (b.settings["out"], b.settings["in"])
        extra = " The two sizes are exchanged." if swapped and len(sizes) == 2 else ""
        return f"Your {self.name(at)} maps {words(a)}; the assignment has {words(b)}.{extra}"

    def _missing(self, at: int, match: _Missing) -> tuple[_Difference, int]:
        """Describe what is missing at a place of the alignment, and count its places."""
        layer = self.expected[match.expected].layer
        place = self.place(None, match.expected)
        if layer.op in KINDS:
            taken, more = 1, []
            for following in self.matches[at + 1 :]:
                if not isinstance(following, _Missing) or following.mark != "missing":
                    break
                item = self.expected[following.expected].layer
                if item.op in KINDS:
                    break
                more.append(item)
                taken += 1
            with_ = f" and the {_list(more)} after it are" if more else " is"
            return _Difference(
                f"A {KINDS[layer.op]} is missing {place}: the assignment's {describe(layer)}"
                f"{with_} not in your network."
            ), taken
        if layer.op == "reshape":
            what = "flattens" if len(layer.sides("to")) == 1 else f"reshapes to {_rows(layer)}"
            then = " its input first" if place == "at the start" else f" {place}"
            return _Difference(f"The assignment {what}{then}; your network does not."), 1
        if place == "at the start":
            return _Difference(
                f"Your network has no {layer.name} at the start; the assignment has "
                f"{describe(layer)}."
            ), 1
        subject = place.removeprefix("after ")
        kind = {"activation": "activation", "norm": layer.name, "pool": "pooling"}.get(
            layer.family, layer.name
        )
        if not self._after(match) and not self._expected_after(match.expected):
            text = f"Your network does not end with {describe(layer)}, as the assignment's does."
            return _Difference(text), 1
        followed = self._next_found(match)
        if layer.family == "activation" and followed and followed.family == "activation":
            text = f"There is no {describe(layer)} {place}; the assignment has it there."
        else:
            text = (
                f"{_sentence(subject)} has no {kind} after it; the assignment has "
                f"{describe(layer)} there."
            )
        total = sum(item.layer.op == layer.op for item in self.expected)
        has = _NUMBERS.get(total, str(total)) if layer.family == "norm" else describe(layer)
        everywhere = f"Your network has no {layer.name}; the assignment has {has}."
        return _Difference(text, f"missing {layer.op}", everywhere, total), 1

    def _after(self, match: _Match) -> list[_Item]:
        """Return what the network does after a place of the alignment, but for reshapes."""
        rest = self.matches[self.matches.index(match) + 1 :]
        items = [self.found[other.found] for other in rest if other.found is not None]
        return [item for item in items if item.layer.family != "shape"]

    def _expected_after(self, at: int) -> list[_Item]:
        return [item for item in self.expected[at + 1 :] if item.layer.family != "shape"]

    def _next_found(self, match: _Match) -> Layer | None:
        rest = self._after(match)
        return rest[0].layer if rest else None

    def _extra(self, at: int, match: _Extra) -> tuple[_Difference, int]:
        """Describe what is too much at a place of the alignment, and count its places."""
        item = self.found[match.found]
        layer, place = item.layer, self.place(match.found)
        none = not any(i.layer.op == layer.op for i in self.expected)
        there = f"the assignment has no {layer.name}" if none else "the assignment has none there"
        if layer.op in KINDS:
            taken, more = 1, []
            for following in self.matches[at + 1 :]:
                if not isinstance(following, _Extra):
                    break
                if self.found[following.found].layer.op in KINDS:
                    break
                more.append(self.found[following.found].layer)
                taken += 1
            and_ = f" and the {_list(more)} after it" if more else ""
            text = f"Your network has a {KINDS[layer.op]} too many: {describe(layer)}{and_}."
            return _Difference(text), taken
        if layer.op in ("reshape", "permute"):
            if "batch" in layer.settings:
                return _Difference(
                    f"Your network reshapes to {shape_of(layer.sides('to'))}, which joins the "
                    "batch axis with the others; keep the batch axis: x.view(x.shape[0], -1)."
                ), 1
            what = (
                f"reshapes to {_rows(layer)}"
                if layer.op == "reshape"
                else "exchanges axes (permute)"
            )
            return _Difference(f"Your network {what} {place}; the assignment does not."), 1
        if match.found and _same(self.found[match.found - 1].layer, layer):
            return _Difference(
                f"Your network has {describe(layer)} twice in a row {place}; the assignment has it "
                "once."
            ), 1
        if self._is_last(match.found) and layer.family == "activation":
            why = " The loss expects scores, any real number." if self.scores else ""
            return _Difference(
                f"Your network ends with {describe(layer)}; the assignment has nothing after "
                f"the last {self._last_kind()}.{why}"
                if self._expected_ends_plain()
                else f"There is a {describe(layer)} at the end; the assignment has none there."
            ), 1
        if layer.family == "random":
            there = "the assignment has none"
        if layer.op == "affine":
            return _Difference(
                f"Your network computes {describe(layer)} {place}; the assignment does not.",
            ), 1  # fmt: skip
        if layer.family in ("other", "shape"):
            return _Difference(
                f"Your network also computes {describe(layer)} {place}; the assignment does not."
            ), 1
        return _Difference(
            f"There is a {describe(layer)} {place}; {there}.",
            f"extra {layer.op}",
            f"Your network has {layer.name}; the assignment has none." if none else "",
            self._all(layer.op),
        ), 1

    def _last_kind(self) -> str:
        kinds = [item.layer.op for item in self.expected if item.layer.op in KINDS]
        return KINDS[kinds[-1]] if kinds else "layer"

    def _expected_ends_plain(self) -> bool:
        rest = [item.layer for item in self.expected if item.layer.family != "shape"]
        return bool(rest) and rest[-1].op in KINDS


def _sentence(text: str) -> str:
    return text[:1].upper() + text[1:]


def _list(layers: list[Layer]) -> str:
    return " and ".join(describe(layer) for layer in layers)


def _rows(layer: Layer) -> str:
    """Return the shape after a reshape, with N for the batch axis."""
    to = layer.sides("to")
    return shape_of(to) if "batch" in layer.settings else shape_of(("N", *to))


def _value_words(name: str, layer: Layer) -> str:
    value = layer.settings.get(name)
    if name == "kernel":
        return f"{size(value)} kernels"
    if isinstance(value, float):
        value = number(value)
    return f"{name.replace('_', ' ')} {size(value) if isinstance(value, tuple) else value}"


def _setting_words(a: Layer, b: Layer, name: str) -> tuple[str, str]:
    """Return what the network has and what the assignment does, such as "asks for 0.01"."""
    x, y = a.settings.get(name), b.settings.get(name)
    if name == "slope":
        return f"has negative slope {number(a.real(name))}", f"asks for {number(b.real(name))}"
    if name == "affine":
        return "has affine=False, so no weight and no bias", "asks for PyTorch's default"
    if name == "running":
        return "keeps no running statistics", "asks for PyTorch's default"
    if name == "statistics":
        return "uses its running statistics, because it is in eval mode", "asks for train mode"
    if name == "momentum":
        return f"has momentum {x}", f"asks for PyTorch's default, {y}"
    if name == "eps":
        default = number(b.real(name))
        return f"has eps {number(a.real(name))}", f"asks for PyTorch's default, {default}"
    if name == "kernel" and a.op in ("max_pool", "avg_pool"):
        return f"pools {size(x)}", f"pools {size(y)}"
    if name == "size":
        return f"is for {x} channels", f"asks for {y}"
    return f"has {_value_words(name, a)}", f"has {_value_words(name, b)}"


def _grouped(differences: list[_Difference]) -> list[str]:
    """Return sentences, with one for a mistake that is made in all places of its kind."""
    counts = Counter(d.group for d in differences if d.group)
    said = []
    for d in differences:
        everywhere = d.all_text and counts[d.group] >= d.of > 1
        said.append(d.all_text if everywhere else d.text)
    return list(dict.fromkeys(said))


# --- facts ----------------------------------------------------------------------------------------


def _fact_sentences(facts: PassFacts) -> list[str]:
    """Return what is wrong besides the operations, the gravest first."""
    said = []
    if facts.recreated:
        said.append(
            "Your network makes new weights at each call, so it can never learn. Create its layers "
            "in __init__ and use them in forward."
        )
    elif facts.unregistered:
        said.append(
            f"Your network uses {facts.unregistered} weights that are not in its parameters(), so "
            "they are never trained. Keep layers in attributes or in nn.ModuleList, not in a "
            "Python list."
        )
    for cut in facts.cuts:
        where = f" in line {cut.line}" if cut.line else ""
        said.append(
            f"{cut.how}{where} stops the gradient, so nothing before it can learn. Remove it."
        )
    if facts.frozen:
        names = _names(facts.frozen)
        said.append(
            f"{names} {'does' if len(facts.frozen) == 1 else 'do'} not require a gradient "
            "(requires_grad is False), so training never changes "
            f"{'it' if len(facts.frozen) == 1 else 'them'}."
        )
    if facts.reused:
        layers = sorted({name.rpartition(".")[0] or name for name in facts.reused})
        said.append(
            f"Your network uses {_names(layers)} more than once, with the same weights; the "
            "assignment has a layer of its own for each step."
        )
    if drawing := _drawing(facts):
        said.append(
            f"Your network draws random numbers itself ({', '.join(drawing)}), so the same input "
            "has another output each time."
        )
    return said


def _drawing(facts: PassFacts) -> list[str]:
    """Return the functions that draw random numbers, but for layers that are for it."""
    return [name for name in facts.random if not name.startswith(("dropout", "rrelu"))]


def _names(found: Iterable[str]) -> str:
    names = list(found)
    if len(names) > 3:
        return f"{names[0]}, {names[1]} and {len(names) - 2} more parameters"
    return " and ".join(filter(None, [", ".join(names[:-1]), names[-1]]))


def _unused_sentence(facts: PassFacts) -> list[str]:
    if not facts.unused:
        return []
    layers = list(dict.fromkeys(name.rpartition(".")[0] or name for name in facts.unused))
    verb = "is" if len(layers) == 1 else "are"
    them = "it" if len(layers) == 1 else "them"
    return [f"{_names(layers)} {verb} created, but forward never uses {them}."]


# --- a network that stops -------------------------------------------------------------------------


def _failure_sentence(failure: Failure, batch: int, flattened: tuple[int, ...]) -> str:
    """Return what the operation needed and what it was given.

    Args:
        failure: the operation at which the network stopped.
        batch: number of rows of the network's input.
        flattened: shape of a row before it was flattened for the operation; empty if it was not.
    """
    where = f" (line {failure.line})" if failure.line else ""
    layer = failure.layer
    if layer is None:
        return f"Your network stops with {failure.error}: {failure.message}{where}."
    shapes = [_with_n(shape, batch) for shape in failure.shapes]
    given = " and ".join(shapes) or "nothing"
    s = layer.settings
    needs = ""
    first = failure.shapes[0] if failure.shapes else ()
    if layer.op == "linear" and s and first and first[-1] != s["in"]:
        needs = f"it needs {s['in']} numbers in the last axis, but its input has shape {given}"
        if len(first) > 2:
            needs += f"; flattened, each row has {_product(first[1:])}"
        elif len(flattened) > 1:
            needs += f", with {_product(flattened)}"
    elif layer.op in ("conv", "conv_transposed") and s and len(first) == 4 and first[1] != s["in"]:
        needs = f"it needs {s['in']} channels in the second axis, but its input has shape {given}"
    elif layer.op == "batch_norm" and "class" in s:
        takes = {"BatchNorm1d": "vectors (N, D)", "BatchNorm2d": "images (N, C, H, W)"}.get(
            str(s["class"]), "another shape"
        )
        return (
            f"Your network stops at {s['class']}({s['size']}){where}: it needs {takes}, but its "
            f"input has shape {given}."
        )
    elif layer.op == "batch_norm" and len(first) > 1 and first[1] != s.get("size"):
        needs = f"it is for {s.get('size')} channels, but its input has shape {given}"
    elif layer.op == "reshape":
        needs = f"its input has shape {given}, which has another number of elements"
        if "to" in s:
            return (
                f"Your network stops at a reshape to {shape_of(layer.sides('to'))}{where}: {needs}."
            )
    else:
        needs = f"its input has shape {given} ({failure.error}: {failure.message})"
    return f"Your network stops at {describe(layer)}{where}: {needs}."


def _product(sides: tuple[int, ...]) -> str:
    """Return a number of elements with its factors: 3136 = 64*7*7."""
    factors = [n for n in sides if n != 1]
    total = str(math.prod(sides))
    return f"{total} = {'*'.join(map(str, factors))}" if len(factors) > 1 else total


def _with_n(shape: tuple[int, ...], batch: int) -> str:
    if shape and shape[0] == batch:
        return shape_of(("N", *shape[1:]))
    return shape_of(shape)


# --- the explanation ------------------------------------------------------------------------------


def explain_network(trace: Trace, reference: NetworkReference) -> NetworkExplanation:
    """Explain what differs between a network and the assignment's.

    Args:
        trace: of the student's network.
        reference: the network of the assignment, for the arguments of the traced one.
    """
    batch = trace.input_shape[0] if trace.input_shape else 0
    row = tuple(trace.input_shape[1:])
    found = _common_form(_found_items(trace))
    expected = _common_form(_expected_items(reference.layers(), row))
    ignored = _ignored_argument(found, trace.failure, reference)
    if trace.failure is not None:
        return _explain_failure(trace.failure, found, expected, ignored, batch)
    matches = align([i.layer for i in found], [i.layer for i in expected])
    speaker = _Speaker(found, expected, matches, reference.scores)
    rows = _table(speaker)
    if trace.distrust:
        note = f"Your network may do more than these steps show: {trace.distrust}."
        return NetworkExplanation(tuple(_fact_sentences(trace.facts)), rows, note)
    differences = speaker.differences()
    said = _fact_sentences(trace.facts)
    other = _another_network(found, expected, matches)
    said += ignored or other or _grouped(_main(differences, trace.facts))
    said += _unused_sentence(trace.facts) if said else []
    return NetworkExplanation(tuple(said), rows)


def _main(differences: list[_Difference], facts: PassFacts) -> list[_Difference]:
    """Return differences without those that a fact or another difference says already."""
    permuted = any("(permute)" in d.text for d in differences)
    return [
        d for d in differences
        if not (_drawing(facts) and (d.group == "extra noise" or " also computes " in d.text))
        and not (permuted and d.text.startswith("Your network reshapes"))
    ]  # fmt: skip


def _ignored_argument(
    found: list[_Item], failure: Failure | None, reference: NetworkReference
) -> list[str]:
    """Return one sentence if the network is the assignment's for another value of one argument."""
    own = [item.layer for item in found if item.layer.op in KINDS]
    if failure is not None and failure.layer is not None and failure.layer.op in KINDS:
        own.append(failure.layer)
    numbers = {n for layer in own for n in layer.settings.values() if type(n) is int and n > 1}
    asked_here = reference.layers()
    if all(map(_same, own, [layer for layer in asked_here if layer.op in KINDS])):
        return []
    for name, value in reference.sizes.items():
        if reference.layers(**{name: value + 1}) == asked_here:
            continue
        for other in sorted({n // k for n in numbers for k in (1, 2, 4, 8) if n % k == 0}):
            asked = [layer for layer in reference.layers(**{name: other}) if layer.op in KINDS]
            asked = asked if failure is None else asked[: len(own)]
            if other != value and own and len(own) == len(asked) and all(map(_same, own, asked)):
                return [
                    f"Your network does not use the argument {name}: its sizes are those for "
                    f"{name}={other}, but it was built with {name}={value}."
                ]
    return []


def _another_network(found: list[_Item], expected: list[_Item], matches: list[_Match]) -> list[str]:
    """Return one sentence for a network that has little in common with the assignment's."""
    own = Counter(item.layer.op for item in found if item.layer.op in KINDS)
    asked = Counter(item.layer.op for item in expected if item.layer.op in KINDS)
    same = sum(match.mark == "same" for match in matches)
    absent = [op for op in asked if not own[op]]
    if absent and same <= len(expected) / 2:
        return [f"Your network has {_count(own)}; the assignment has {_count(asked)}."]
    return []


def _count(kinds: Counter[str]) -> str:
    if not kinds:
        return "no layer with weights"
    return " and ".join(f"{n} {KINDS[op]}{'s' if n > 1 else ''}" for op, n in kinds.items())


def _explain_failure(
    failure: Failure, found: list[_Item], expected: list[_Item], ignored: list[str], batch: int
) -> NetworkExplanation:
    """Explain a network that stopped.

    Args:
        failure: where it stopped.
        found: its operations until then.
        expected: the assignment's.
        ignored: sentence about an argument that it ignores, if there is one.
        batch: number of rows of its input.
    """
    items = list(found)
    if failure.layer is not None and failure.layer.op in NAMES:
        before = tuple(failure.shapes[0][1:]) if failure.shapes else None
        items.append(_Item(failure.layer, before, None))
    matches = align([i.layer for i in items], [i.layer for i in expected], open_end=True)
    speaker = _Speaker(items, expected, matches, False)
    flattened = found[-1].before or () if found and found[-1].layer.op == "reshape" else ()
    said = [*ignored, _failure_sentence(failure, batch, flattened)]
    stopped = len(items) - 1 if len(items) > len(found) else None
    kept = [m for m in matches if m.found != stopped or m.mark not in ("changed", "extra")]
    causes = _Speaker(items, expected, kept, False).differences()
    if stopped is not None and "class" not in items[stopped].layer.settings:
        causes += [
            difference
            for match in matches
            if isinstance(match, _Pair) and match.found == stopped and match.mark == "changed"
            for difference in speaker.changed(match)
        ]
    said += [] if ignored else _grouped(causes)[:3]
    rows = []
    for row, match in zip(_table(speaker, folded=False), matches, strict=True):
        if stopped is not None and match.found == stopped:
            shape = " and ".join(_with_n(s, batch) for s in failure.shapes)
            row = replace(row, mark="stopped", shape=f"input {shape}")
        rows.append(row)
    return NetworkExplanation(tuple(dict.fromkeys(said)), fold(rows), "")


# --- the table ------------------------------------------------------------------------------------


def _table(speaker: _Speaker, folded: bool = True) -> tuple[Row, ...]:
    rows = []
    for match in speaker.matches:
        mark: str = match.mark
        found = speaker.found[match.found] if match.found is not None else None
        expected = speaker.expected[match.expected] if match.expected is not None else None
        if isinstance(match, _Pair) and mark == "changed" and speaker.follows(match):
            mark = "follows"
        rows.append(Row(
            mark,
            describe(found.layer) + (" (without bias)" if found.biasless else "") if found else "",
            _times(found.after) if found else "",
            describe(expected.layer) if expected else "",
            found.where if found else "",
        ))  # fmt: skip
    return fold(rows) if folded else tuple(rows)


def _times(shape: tuple[int, ...] | None) -> str:
    if shape is None:
        return "?"
    return "x".join(map(str, shape)) or "1"
