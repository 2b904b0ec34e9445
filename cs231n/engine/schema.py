"""The typed records of the engine: cases, observations, findings and verdicts.

A case says what to do with a student's function, an observation what happened, a verdict what that
is worth. Each kind of probe has its own class of case and of facts.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, ClassVar, NamedTuple, TypeAlias

import numpy.typing as npt

from .operations import Setting, Trace
from .records import Record, RecordError

Array: TypeAlias = npt.NDArray[Any]
Arrays: TypeAlias = dict[str, Array]
Shape: TypeAlias = tuple[int, ...]

MAX_PAIRINGS = 12  # of parameters that are tried; each costs a forward and a backward pass
# Fields of a case that say what is expected; a process that runs a student's code never gets them.
PRIVATE = ("hidden", "side_condition", "requirement", "id")


# --- cases: what to do -----------------------------------------------------------------------


@dataclass(frozen=True)
class Values(Record):
    """An input given by its values."""

    values: tuple[tuple[float, ...], ...]
    dtype: str = "float32"


@dataclass(frozen=True)
class Stream(Record):
    """An input drawn from a frozen stream (`probes.frozen_random.stream`)."""

    seed: int
    key: int
    shape: Shape
    mean: float
    std: float
    dtype: str = "float32"


class Slot(NamedTuple):
    """One parameter or buffer of the reference: its key in the stream, shape, mean and scale."""

    key: int
    shape: Shape
    mean: float
    std: float


@dataclass(frozen=True)
class Group(Record):
    """The parameters and float buffers that one module of the reference owns directly."""

    parameters: tuple[Slot, ...]
    buffers: tuple[Slot, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Case(Record):
    """What to do with one function of a student.

    Attributes:
        id: unique in the assignment.
        function: name of the student's function.
        side_condition: code of the one finding that a failure of this case leads to; None for a
            case that is judged in full.
        stubs: function that this one uses -> name of the stub that replaces it.
        instead_of: id of the case that this one (with stubs) replaces if that one fails.
        hidden: the case is not in the students' reference data.
    """

    kind: ClassVar[str]

    id: str = ""
    function: str
    side_condition: str | None = None
    stubs: dict[str, str] = field(default_factory=dict)
    instead_of: str | None = None
    hidden: bool = False

    def to_json(self) -> dict[str, Any]:
        """Return the case as a dict with its kind."""
        return {"kind": self.kind, **super().to_json()}

    def for_worker(self, number: int) -> dict[str, Any]:
        """Return what a process that runs student code gets; `number` replaces the id."""
        public = {name: item for name, item in self.to_json().items() if name not in PRIVATE}
        return {**public, "id": str(number)}


@dataclass(frozen=True, kw_only=True)
class NoiseCase(Case):
    """Draw noise: one large array, many small ones, and small ones with seeds.

    Attributes:
        seed: of PyTorch's global generator before the first draw.
        large, small: (batch size, dimension) of the arrays.
        draws: number of small arrays.
        seeds: each is used twice; empty if the function has no such argument.
        distribution: expected one, a key of `statistics.LAWS`.
        device: where one more array is asked for.
    """

    kind: ClassVar[str] = "noise"

    seed: int = 0
    large: tuple[int, int]
    small: tuple[int, int]
    draws: int
    seeds: tuple[int, ...] = ()
    distribution: str = "uniform"
    device: str | None = None


@dataclass(frozen=True, kw_only=True)
class LossCase(Case):
    """Compute a loss and its gradient with respect to every argument.

    Attributes:
        inputs: one for each argument.
        arguments: names of the arguments, for messages.
        device: "cpu" or "meta".
        repeat: number of calls with other inputs after which the case is run once more.
    """

    kind: ClassVar[str] = "loss"

    inputs: tuple[Values | Stream, ...]
    arguments: tuple[str, ...] = ()
    device: str = "cpu"
    repeat: int = 0


@dataclass(frozen=True, kw_only=True)
class NetworkCase(Case):
    """Build a network, fill its parameters from a frozen stream, and run it both ways.

    Attributes:
        seed: of the stream.
        args: of the builder; "batch" stands for the batch size.
        batches: batch sizes, tried until one works.
        input: one image or noise vector; the batch size is put before its shape.
        groups: parameters of the reference, module by module.
        backward: compute gradients as well.
        partial: gradients of vectors and of the first tensor only; the others cost the most.
        plain: the input requires no gradient, as in training.
        wide: weights that lead to hidden values ten times as large as training does.
        repeat: number of passes before the one that is compared; fewer for a large network.
        observe_once: also build it twice and run it in eval mode; enough in one case of a task.
        defaults: input size for a call of the builder without arguments; None for no such call.
        scores: the network ends without an activation.
        part: method that returns the module that does the network's work.
        children: number of modules in that part.
        expected_output: arrays of the public reference, without gradients. A network that leads to
            others is traced, to explain what is wrong; empty for one that is never traced.
    """

    kind: ClassVar[str] = "network"

    seed: int = 0
    args: tuple[int | str, ...] = ()
    batches: tuple[int, ...]
    input: Stream
    groups: tuple[Group, ...] = ()
    backward: bool = True
    partial: bool = False
    plain: bool = False
    wide: bool = False
    repeat: int = 0
    observe_once: bool = False
    defaults: int | None = None
    scores: bool = False
    part: str | None = None
    children: int | None = None
    expected_output: dict[str, tuple[float, ...]] = field(default_factory=dict)

    def args_for(self, batch: int) -> tuple[int | str, ...]:
        """Return the builder's arguments for one batch size."""
        return tuple(batch if arg == "batch" else arg for arg in self.args)


@dataclass(frozen=True, kw_only=True)
class OptimizerCase(Case):
    """Take a few steps on a small built-in network with given gradients.

    Attributes:
        seed: of the stream for weights and gradients.
        sizes: widths of the network's layers.
        scales: scale of the gradients in each step.
        requirement: what the assignment asks for, for a message.
    """

    kind: ClassVar[str] = "optimizer"

    seed: int = 0
    sizes: tuple[int, ...]
    scales: tuple[float, ...]
    requirement: str = ""


@dataclass(frozen=True, kw_only=True)
class AdversarialCase(Case):
    """Compute a loss that takes two networks and a criterion.

    Attributes:
        seed: of the stream for weights and images.
        arguments: names of the arguments in order.
        trains, spares: the network ("gen" or "disc") that must, and must not, get a gradient.
        distribution: expected one of the noise.
        partner: the function that the training loop calls in turn with this one.
        partner_arguments: names of its arguments.
        count, z_dim, im_dim: number of images, dimension of the noise and of an image.
        extra: how many more real images than generated ones.
        criterion: a key of `probes.adversarial.CRITERIA`.
        draws: number of calls to collect noise from; 0 for none.
        repeat: number of further calls after which the case is run once more.
    """

    kind: ClassVar[str] = "adversarial"

    seed: int = 0
    arguments: tuple[str, ...]
    trains: str
    spares: str | None = None
    distribution: str = "normal"
    partner: str | None = None
    partner_arguments: tuple[str, ...] = ()
    count: int
    z_dim: int
    im_dim: int
    extra: int = 0
    criterion: str
    draws: int = 0
    repeat: int = 0
    device: str = "cpu"
    dtype: str = "float32"


CASES: dict[str, type[Case]] = {
    cls.kind: cls for cls in (NoiseCase, LossCase, NetworkCase, OptimizerCase, AdversarialCase)
}


def case_from_json(record: object) -> Case:
    """Return the case that a JSON object describes.

    Raises:
        RecordError: the object is not a case.
    """
    if not isinstance(record, dict) or record.get("kind") not in CASES:
        raise RecordError(f"case: expected a kind of {', '.join(CASES)}")
    fields = {name: item for name, item in record.items() if name != "kind"}
    return CASES[record["kind"]].from_json(fields)


# --- observations: what happened -------------------------------------------------------------


@dataclass(frozen=True, kw_only=True)
class ErrorFacts(Record):
    """An exception of a student's code.

    Attributes:
        type: name of its class.
        message: its first lines.
        line, text: number and text of the last line of the student's file in the traceback.
        caret: for a syntax error, the column.
        own: raised by a line of the student's file itself.
        raised_in: name of the function or class of the file that raised it, if `own`.
    """

    type: str
    message: str = ""
    line: int | None = None
    text: str = ""
    caret: int | None = None
    own: bool = False
    raised_in: str | None = None


@dataclass(frozen=True, kw_only=True)
class Facts(Record):
    """What is known of one case beside its arrays. A fact that was not reached is None.

    Attributes:
        stage: how far the probe got.
        missing: the file has no such function.
        error: the exception that ended the probe.
        returned: name of the class of the returned value.
    """

    kind: ClassVar[str] = ""

    stage: str = "look"
    missing: bool = False
    error: ErrorFacts | None = None
    returned: str | None = None


@dataclass(frozen=True, kw_only=True)
class ValueFacts(Facts):
    """Facts about a function that returns a tensor.

    Attributes:
        shape, dtype, device, requires_grad: of the returned tensor.
    """

    shape: Shape | None = None
    dtype: str | None = None
    device: str | None = None
    requires_grad: bool | None = None


@dataclass(frozen=True, kw_only=True)
class NoiseStatistics(Record):
    """What random numbers look like; computed by `statistics.digest`, never by a worker.

    Attributes:
        finite: no number is infinite or NaN.
        spread, small_spread, seeded_spread: distributed as they should be.
        distinct, small_distinct, seeds_differ: hardly any two numbers are equal.
        independent: no two rows, columns, halves or calls are correlated.
        even: no row or column has more or less variance than it should have.
        reproduces, zero_reproduces: the same seed, or the seed 0, gives the same numbers again.
        described: sentences on what the numbers look like, if something is wrong with them.
    """

    finite: bool | None = None
    spread: bool | None = None
    distinct: bool | None = None
    independent: bool | None = None
    even: bool | None = None
    small_spread: bool | None = None
    small_distinct: bool | None = None
    reproduces: bool | None = None
    seeds_differ: bool | None = None
    seeded_spread: bool | None = None
    zero_reproduces: bool | None = None
    described: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class NoiseFacts(ValueFacts):
    """Facts about a function that draws noise.

    Attributes:
        small_shape: shape of the small arrays.
        made_on: device of the array that was asked for elsewhere.
        reseeds: calls without a seed leave the same random state, whatever it was before, or
            different ones after the same.
        statistics: what the numbers look like.
    """

    kind: ClassVar[str] = "noise"

    small_shape: Shape | None = None
    made_on: str | None = None
    reseeds: bool | None = None
    statistics: NoiseStatistics | None = None


@dataclass(frozen=True, kw_only=True)
class LossFacts(ValueFacts):
    """Facts about a loss.

    Attributes:
        largest: elements of the largest tensor that was made on the way.
        changed: for each argument, whether it was changed in place.
        reseeds: calls leave the same random state, whatever it was before.
        gradients: for each argument, whether a gradient reached it.
    """

    kind: ClassVar[str] = "loss"

    largest: int | None = None
    changed: tuple[bool, ...] | None = None
    reseeds: bool | None = None
    gradients: tuple[bool, ...] | None = None


@dataclass(frozen=True, kw_only=True)
class NetworkFacts(Facts):
    """Facts about a network.

    Attributes:
        device: where its parameters are, if not on the CPU.
        training: it was built in train mode.
        shapes: of its parameters, module by module.
        batch: the batch size that worked.
        out_shape, out_dtype: of its output.
        gradients: how many of input and parameters a gradient reached.
        complete: every parameter of the reference has a counterpart.
        alternatives: number of further ways to pair the parameters.
        random: the same input gives another output in a second pass.
        reseeds: a pass leaves the same random state, whatever it was before.
        frozen_later: parameters do not require gradients any more after some passes.
        hidden_parameters: number of parameters with a gradient that `parameters()` leaves out.
        defaults_work: the builder can be called without arguments.
        shared: a second call of the builder returns a network that uses the same memory.
        again_error, part_error: class of the exception in eval mode, or of the part's method.
        part_is_same: the part computes what the network computes, with the same parameters.
        children: number of modules in the part.
        trace: the operations of a network that is not right; it explains, and is never judged.
    """

    kind: ClassVar[str] = "network"

    device: str | None = None
    training: bool | None = None
    shapes: tuple[tuple[Shape, ...], ...] | None = None
    batch: int | None = None
    out_shape: Shape | None = None
    out_dtype: str | None = None
    gradients: int | None = None
    complete: bool | None = None
    alternatives: int = 0
    random: bool | None = None
    reseeds: bool | None = None
    frozen_later: bool | None = None
    hidden_parameters: int = 0
    defaults_work: bool | None = None
    shared: bool | None = None
    again_error: str | None = None
    part_is_same: bool | None = None
    part_error: str | None = None
    children: int | None = None
    trace: Trace | None = None


@dataclass(frozen=True, kw_only=True)
class OptimizerFacts(Facts):
    """Facts about a function that returns an optimizer.

    Attributes:
        settings: of its first group of parameters.
        parameters, sizes: names of the model's parameters and how many numbers each has.
        held: for each of these, whether the optimizer holds it.
        foreign: how many parameters it holds that are not the model's.
        alike: all groups of parameters have the same settings.
        cleared: `zero_grad` has removed or zeroed all gradients in each step.
        learning: all parameters of the network still require gradients.
        training: the network is still in train mode.
    """

    kind: ClassVar[str] = "optimizer"

    settings: dict[str, Setting] = field(default_factory=dict)
    parameters: tuple[str, ...] = ()
    sizes: tuple[int, ...] = ()
    held: tuple[bool, ...] = ()
    foreign: int = 0
    alike: bool = True
    cleared: bool | None = None
    learning: bool | None = None
    training: bool | None = None


@dataclass(frozen=True, kw_only=True)
class CriterionCall(Record):
    """One call of the criterion that a loss is given.

    Attributes:
        scores, labels: what its two arguments are: "real" or "fake" for the discriminator's scores
            of real images or fakes, "sigmoid real" or "sigmoid fake", a number for a tensor that
            is the same everywhere, or "other".
        value: what it returned.
        gradient: a gradient can flow back through the first argument.
    """

    scores: str
    labels: str
    value: float
    gradient: bool


@dataclass(frozen=True, kw_only=True)
class AdversarialFacts(ValueFacts):
    """Facts about a loss of two networks.

    Attributes:
        noise_shapes, noise_devices: of the noise that the generator was given.
        odd_labels: in what ("dtype", "device") labels differ from scores.
        spared: the other network got no gradient.
        frozen: networks that are left without gradients.
        in_eval_mode: networks that are left in eval mode.
        reseeds: calls leave the same random state, whatever it was before.
        statistics: what the noise looks like.
        calls: of the criterion.
        judged: the images that the discriminator was given: "real", "fake" or "other".
    """

    kind: ClassVar[str] = "adversarial"

    noise_shapes: tuple[Shape, ...] = ()
    noise_devices: tuple[str, ...] = ()
    odd_labels: tuple[str, ...] = ()
    spared: bool | None = None
    frozen: tuple[str, ...] | None = None
    in_eval_mode: tuple[str, ...] | None = None
    reseeds: bool | None = None
    statistics: NoiseStatistics | None = None
    calls: tuple[CriterionCall, ...] = ()
    judged: tuple[str, ...] = ()


FACTS: dict[str, type[Facts]] = {
    cls.kind: cls for cls in (NoiseFacts, LossFacts, NetworkFacts, OptimizerFacts, AdversarialFacts)
}


@dataclass(frozen=True)
class Observation:
    """What one case led to: plain facts and named arrays. It holds no judgement."""

    facts: Facts
    arrays: Arrays = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class Lost(Record):
    """Why a case has no observation; written by the grader, never by a worker.

    Attributes:
        outcome: how the run ended, such as "cpu" or "malformed".
        code, words, details: the finding: its code, what its sentence leaves open, lines below it.
        note: one line for the instructor if the whole file is concerned.
    """

    outcome: str
    code: str
    words: dict[str, str] = field(default_factory=dict)
    details: tuple[str, ...] = ()
    note: str | None = None


Results: TypeAlias = Mapping[str, Observation | Lost]  # case id -> what the case led to


def result_to_json(result: Observation | Lost) -> dict[str, Any]:
    """Return the facts of an observation, or the reason why there is none, with their kind."""
    if isinstance(result, Lost):
        return {"kind": "lost", **result.to_json()}
    return {"kind": result.facts.kind, **result.facts.to_json()}


def result_from_json(record: dict[str, Any], arrays: Arrays) -> Observation | Lost:
    """Return the inverse of `result_to_json`.

    Raises:
        RecordError: the record has the wrong form.
    """
    fields = {name: item for name, item in record.items() if name != "kind"}
    if record.get("kind") == "lost":
        return Lost.from_json(fields)
    if record.get("kind") not in FACTS:
        raise RecordError(f"observation: expected a kind of {', '.join(FACTS)}")
    return Observation(FACTS[record["kind"]].from_json(fields), arrays)


# --- files: what could be read and run of one --------------------------------------------------


@dataclass(frozen=True)
class Problem(Record):
    """Something in a student's file that was left out or that failed.

    Attributes:
        kind: "syntax", "newer_syntax", "conflict", "encoding", "indentation", "compiled",
            "absent_package", "exception", "exit" or "time".
        line: in the file, from 1.
        text: that line.
        caret: column of the error in it, from 1, or None.
        error: type and message.
        names: what would have been defined there.
    """

    kind: str
    line: int
    text: str
    caret: int | None
    error: str
    names: tuple[str, ...] = ()


@dataclass(frozen=True)
class Binding(Record):
    """A line that binds a name of the module to a value.

    Attributes:
        name: what is bound.
        line: where.
        kind: "def", "class", "assignment", "import" or "global" (in a function).
    """

    name: str
    line: int
    kind: str


@dataclass(frozen=True)
class FileReport(Record):
    """What was noticed while a student's file was read and run.

    Attributes:
        problems: what was left out or failed, in order.
        bindings: the lines that bind a name which more than one line binds.
    """

    problems: tuple[Problem, ...] = ()
    bindings: tuple[Binding, ...] = ()


# --- verdicts: what it is worth --------------------------------------------------------------


@dataclass(frozen=True)
class Row(Record):
    """One line of a comparison.

    Attributes:
        mark: "same", "changed", "extra", "missing", "order", "follows", "stopped", "unreached" or
            "fold".
        found: the student's operation or value, or "".
        shape: of the operation's result for one row of the batch, such as "64x12x12"; or "".
        expected: the assignment's operation or value, or "".
        where: name of the submodule and line of the file, or "".
    """

    mark: str
    found: str
    shape: str
    expected: str
    where: str = ""


class Status(StrEnum):
    """How a task ended, in the order of reports."""

    PASSED = "passed"
    PARTIAL = "partial"
    FAILED = "failed"
    NOT_ATTEMPTED = "not_attempted"
    CRASHED = "crashed"
    TIMED_OUT = "timed_out"


@dataclass(frozen=True)
class Finding(Record):
    """One statement of a check about a task.

    Attributes:
        code: short stable name of the sentence, such as "values_differ" or "explanation".
        text: the sentence for the student; holds no measured figure, so two runs compare equal.
        details: lines below it, such as expected and found values.
        remark: True if it costs nothing.
        rows: the student's work beside the assignment's, for a table.
    """

    code: str
    text: str
    details: tuple[str, ...] = ()
    remark: bool = False
    rows: tuple[Row, ...] = ()

    def to_json(self) -> dict[str, Any]:
        """Return all fields as a dict."""
        return {"details": [], "remark": False, **super().to_json()}


@dataclass(frozen=True)
class Verdict:
    """What one task of one submission is worth, and why.

    Attributes:
        task: name of the task.
        status: how the task ended.
        fraction: share of the task's points that is earned, in [0, 1].
        findings: the most useful first; empty for a plain pass.
    """

    task: str
    status: Status
    fraction: float
    findings: tuple[Finding, ...] = ()

    def __post_init__(self) -> None:
        """Refuse contradictions."""
        object.__setattr__(self, "status", Status(self.status))
        if not 0.0 <= self.fraction <= 1.0:
            raise ValueError(
                f"verdict on {self.task}: expected a fraction in [0, 1]; found {self.fraction!r}"
            )
        if (self.status == Status.PASSED) != (self.fraction == 1.0):
            raise ValueError(f"verdict on {self.task}: {self.status} with fraction {self.fraction}")

    def points(self, maximum: float) -> float:
        """Return the mark, rounded to hundredths so that every output prints the same number."""
        return round(self.fraction * maximum, 2)

    def to_json(self) -> dict[str, Any]:
        """Return a plain dict for `json.dumps`; `from_json` is its inverse."""
        return {
            "task": self.task,
            "status": str(self.status),
            "fraction": self.fraction,
            "findings": [finding.to_json() for finding in self.findings],
        }

    @classmethod
    def from_json(cls, record: dict[str, Any]) -> "Verdict":
        """Return the inverse of `to_json`; records of earlier versions name a known mistake."""
        plain = ({k: v for k, v in f.items() if k != "mistake"} for f in record["findings"])
        findings = tuple(Finding.from_json(f) for f in plain)
        return cls(record["task"], Status(record["status"]), record["fraction"], findings)
