"""Read and validate the tables of the assignments: `assignments/NAME/assignment.toml`.

Every key, its type and its default are declared here, in the dataclasses. A table with errors is
refused as a whole, with one line for each error.
"""

import difflib
import hmac
import json
import tomllib
import types
import typing
from collections.abc import Iterable, Mapping
from dataclasses import MISSING, Field, asdict, dataclass, field, fields, replace
from pathlib import Path
from typing import Any

from cs231n.engine.judging.degrees import DEGREES
from cs231n.engine.judging.messages import SENTENCES

from .errors import AssignmentError

REPOSITORY = Path(__file__).resolve().parents[1]
ASSIGNMENTS = REPOSITORY / "assignments"
TABLE = "assignment.toml"
DISTRIBUTIONS = ("uniform", "normal")
MIN_SECRET = 32  # characters of a hidden seed: 16 random bytes as hexadecimal digits
MAKE_SECRET = '`python -c "import secrets; print(secrets.token_hex(16))"`'


@dataclass(frozen=True)
class NetworkProbe:
    """How to probe a builder of an `nn.Module`, judged by its outputs, gradients and statistics.

    Attributes:
        args: lists of arguments: the first for the public case, the others in turn for the hidden
            cases; "batch" stands for the batch size.
        batches: a small batch size, then that of the training.
        input: shape of the input without the batch axis.
        widths: one input width for each of `args`. Without `input` and `widths`, the width is the
            first argument.
        hidden_cases: hidden cases that one submission meets; None for `cases_per_submission`.
        default_width: the input width if the builder is also called without arguments.
        scores: the network ends without an activation.
        layers: the assignment's layers, in the words of cs231n/engine/operations.py; a line can
            also name the function of a block. Explanations compare a student's layers with them.
        sizes: names of `args` in `layers`.
        part, children: a method that returns the inner module, and its number of modules.
        stubs: function of another task -> stub that replaces it (cs231n/engine/probes/stubs.py).
    """

    args: tuple[tuple[Any, ...], ...]
    batches: tuple[int, ...]
    input: tuple[int, ...] = ()
    widths: tuple[int, ...] = ()
    default_width: int | None = None
    hidden_cases: int | None = None
    scores: bool = False
    layers: tuple[str, ...] = ()
    sizes: tuple[str, ...] = ()
    part: str | None = None
    children: int | None = None
    stubs: Mapping[str, str] = field(default_factory=dict, hash=False)


@dataclass(frozen=True)
class LossProbe:
    """How to probe a function from tensors of scores to a number.

    Attributes:
        arguments: their names, in order.
        classic: npz key of the loss for the printed scores.
        given: argument -> scores that the assignment prints, by default those of `[given]`.
    """

    arguments: tuple[str, ...]
    classic: str | None = None
    given: Mapping[str, tuple[float, ...]] = field(default_factory=dict, hash=False)


@dataclass(frozen=True)
class NoiseProbe:
    """How to probe a function `(batch_size, dim)` that returns random numbers.

    Attributes:
        distribution: "uniform" in (-1, 1) or "normal".
        seeds: the function has an argument `seed`.
        device: the function has an argument `device`.
    """

    distribution: str
    seeds: bool = False
    device: bool = False


@dataclass(frozen=True)
class OptimizerProbe:
    """How to probe a function from a model to an optimizer.

    Attributes:
        requirement: what the assignment asks for, as a phrase for the message.
        optimizer: its class.
        settings: what its attributes must be, PyTorch's defaults included.
    """

    requirement: str
    optimizer: str = "Adam"
    settings: Mapping[str, Any] = field(default_factory=dict, hash=False)


@dataclass(frozen=True)
class AdversarialProbe:
    """How to probe a loss of two networks, a criterion and sizes.

    Attributes:
        arguments: in order, of gen, disc, criterion, real, num_images, z_dim, device.
        trains: the network that the gradient must reach.
        distribution: of the noise, "uniform" or "normal".
        spares: the network that the gradient must not reach.
        partner, partner_arguments: the loss that the training calls in turn with this one; it may
            unfreeze a network that this one froze.
        stubs: see `NetworkProbe`.
    """

    arguments: tuple[str, ...]
    trains: str
    distribution: str
    spares: str | None = None
    partner: str | None = None
    partner_arguments: tuple[str, ...] = ()
    stubs: Mapping[str, str] = field(default_factory=dict, hash=False)


Probe = NetworkProbe | LossProbe | NoiseProbe | OptimizerProbe | AdversarialProbe
PROBES: dict[str, type[Probe]] = {
    "network": NetworkProbe,
    "loss": LossProbe,
    "noise": NoiseProbe,
    "optimizer": OptimizerProbe,
    "adversarial": AdversarialProbe,
}


@dataclass(frozen=True)
class Task:
    """One auto-graded function or class.

    Attributes:
        name: of the function; also the grade_id of its cell in the notebook.
        points: for a solution without flaws.
        kind: key of `PROBES`.
        probe: how the engine probes it.
        hints: a question, the place to look at, the rule.
    """

    name: str
    points: float
    kind: str
    probe: Probe
    hints: tuple[str, ...] = ()


@dataclass(frozen=True)
class Question:
    """One answer cell of the notebook that is graded by hand: its grade_id and its points."""

    grade_id: str
    points: float


@dataclass(frozen=True)
class PartialCredit:
    """The share of a task's points that remains after a flaw, by the code of its finding."""

    fractions: Mapping[str, float] = field(default_factory=dict, hash=False)


@dataclass(frozen=True)
class References:
    """How the reference data are made: the seeds, and the number of hidden cases.

    Attributes:
        public_seed: start of the frozen random streams of the public cases.
        hidden_seed: a secret text; a keyed hash of it is the seed of each hidden case, so that one
            seed reveals no other.
        hidden_case_pool: hidden cases of a task.
        cases_per_submission: how many of them one submission meets.
    """

    public_seed: int
    hidden_seed: str
    hidden_case_pool: int = 32
    cases_per_submission: int = 2

    def keyed_hash(self, *words: object) -> bytes:
        """Return 32 bytes that depend on the words and that only the hidden seed can predict."""
        text = "|".join(map(str, words)).encode("utf-8", "surrogateescape")
        return hmac.digest(self.hidden_seed.encode(), text, "sha256")


@dataclass(frozen=True)
class StudentHelp:
    """What a student's check shows beside a verdict.

    Attributes:
        hints: `check.hint("generator")`.
        explain: how much a student's check and feedback page say about a mistake: "that" a task is
            wrong, "what" is wrong in one sentence, or "all", with figures and tables. Instructors
            see everything.
    """

    hints: bool = True
    explain: str = "all"


@dataclass(frozen=True)
class Limits:
    """What one process of a student's file may use.

    The reference solution needs 0.5 s of CPU time, 300 MiB beyond torch's own memory, no file and
    no output.

    Attributes:
        cpu_s: for all tasks in a process: ten times what a slow correct solution needs.
        case_cpu_s: for one case of a task.
        wall_s: against sleeping only: a busy machine must not cost a mark.
        total_s: for a submission, including the processes that replace stopped ones.
        address_mib: address space beyond what torch maps at import. It exceeds `resident_mib`, so
            that code that allocates in small steps ends with outcome "memory", and one large
            allocation ends with PyTorch's own error and its line.
        resident_mib: including the 0.5 GiB of torch; several workers fit into a laptop.
        file_mib: size of one file. No task needs to write; an old solution may cache something.
        files: open at once; Python and torch use ten.
        output_mib: of prints. A print in a training loop makes 1 MiB; 64 KiB are kept.
    """

    cpu_s: float = 20
    case_cpu_s: float = 10
    wall_s: float = 60
    total_s: float = 180
    address_mib: int = 3072
    resident_mib: int = 2048
    file_mib: int = 16
    files: int = 64
    output_mib: int = 8

    def to_json(self) -> dict[str, float]:
        """Return the limits as a job for the sandbox states them."""
        return asdict(self)


@dataclass(frozen=True)
class Gradescope:
    """The limits that differ in Gradescope's container.

    By default the container has 768 MiB, half a processor and 10 minutes. Gradescope marks a
    submission with 0 when those 10 minutes pass, so our limit for a submission ends before.
    """

    wall_s: float = 120
    total_s: float = 420
    resident_mib: int = 640

    def limits(self, limits: Limits) -> Limits:
        """Return `limits` with these values."""
        return replace(limits, **asdict(self))


@dataclass(frozen=True)
class Assignment:
    """One assignment: its table, and where its files are.

    Attributes:
        name: also of the folders `submitted/STUDENT/NAME`.
        order: position in lists of assignments; the first is the default.
        title, notebook: the heading, and the file name of the notebook.
        package, module: the student edits `package/module.py`.
        public_checks, hidden_checks: the reference data that students get, and those that they
            never get.
        recover: read and run a file as far as possible; without it, a file that Python cannot
            import gets no marks.
        released_files: what students get, as patterns relative to the repository. They also get
            the public reference data, and a README from assignments/README-students.md.
        submitted_files: what is read from a submission, beside the answers in the notebook.
        given: numbers that the text of the assignment prints, by name.
        folder: the assignment's data: table, solution, mistakes, variants.
        repository: the folder that holds notebook, package and public reference data.
    """

    name: str
    order: int
    title: str
    notebook: str
    package: str
    module: str
    public_checks: Path
    hidden_checks: Path
    recover: bool
    released_files: tuple[str, ...]
    submitted_files: tuple[str, ...]
    tasks: tuple[Task, ...]
    questions: tuple[Question, ...]
    partial_credit: PartialCredit
    references: References
    student_help: StudentHelp
    limits: Limits
    gradescope: Gradescope
    given: Mapping[str, tuple[float, ...]] = field(hash=False)
    folder: Path
    repository: Path

    @property
    def table(self) -> Path:
        """The file that this was read from."""
        return self.folder / TABLE

    @property
    def solution(self) -> Path:
        """The reference solution."""
        return self.folder / "solution" / f"{self.module}.py"

    @property
    def stub(self) -> Path:
        """The student's module as it is released."""
        return self.repository / self.package / f"{self.module}.py"


@dataclass(frozen=True)
class _Head:
    """The keys of `assignment.toml` outside its tables; see `Assignment`."""

    name: str
    title: str
    notebook: str
    module: str
    public_checks: str
    order: int = 100
    package: str = "cs231n"
    hidden_checks: str = "hidden-checks.npz"
    recover: bool = True
    released_files: tuple[str, ...] = ()
    submitted_files: tuple[str, ...] = ()


TABLES = {
    "partial_credit": PartialCredit,
    "references": References,
    "student_help": StudentHelp,
    "limits": Limits,
    "gradescope": Gradescope,
}
LISTS = ("tasks", "questions")
# What students get by default beside the notebook; {} is the package.
RELEASED = ("requirements.txt", "{}/**/*.py", "{}/datasets/*", "{}/figures/*")


def load_assignment(folder: Path, repository: Path = REPOSITORY) -> Assignment:
    """Read and validate `folder/assignment.toml`, and compare its points with the notebook's.

    Raises:
        AssignmentError: the file is missing, is not TOML or has errors: one line for each.
    """
    path = folder / TABLE
    where = path.relative_to(repository) if path.is_relative_to(repository) else path
    try:
        table = tomllib.loads(path.read_text("utf-8"))
    except FileNotFoundError:
        raise AssignmentError(f"{path}: not found; restore it from the repository") from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise AssignmentError(f"{where}: not valid TOML ({error}); correct that line") from None
    problems: list[str] = []
    assignment = _assignment(table, folder, repository, problems)
    if assignment is not None and not problems:
        problems = _inconsistencies(assignment)
        if (repository / assignment.notebook).is_file():
            problems += notebook_problems(assignment)
    if assignment is None or problems:
        raise AssignmentError("\n".join(f"{where}: {problem}" for problem in problems))
    return assignment


def load_assignments(repository: Path = REPOSITORY) -> tuple[Assignment, ...]:
    """Return every assignment with a table in `repository/assignments/*/`, in their order.

    Raises:
        AssignmentError: a table has errors, or two share a name, a module or a file.
    """
    root = repository / ASSIGNMENTS.name
    folders = sorted(path.parent for path in root.glob(f"*/{TABLE}"))
    loaded, problems = [], []
    for each in folders:
        try:
            loaded.append(load_assignment(each, repository))
        except AssignmentError as error:
            problems.append(str(error))
    for key in ("name", "notebook", "module", "public_checks"):
        values = [getattr(assignment, key) for assignment in loaded]
        problems += [
            f"{root}: two assignments have {key} = {value}; change one of them"
            for value in dict.fromkeys(values)
            if values.count(value) > 1
        ]
    if problems:
        raise AssignmentError("\n".join(problems))
    return tuple(sorted(loaded, key=lambda assignment: assignment.order))


def find_assignment(name: str, repository: Path = REPOSITORY) -> Assignment:
    """Return the assignment of this name.

    Raises:
        AssignmentError: there is none; the message lists the existing ones.
    """
    assignment = known_assignment(name, repository)
    if assignment is None:
        known = ", ".join(assignment.name for assignment in load_assignments(repository))
        raise AssignmentError(f"no assignment {name!r}; there are {known}")
    return assignment


def known_assignment(name: str, repository: Path = REPOSITORY) -> Assignment | None:
    """Return the assignment of this name, or None: a course may hold foreign assignments."""
    return next((a for a in load_assignments(repository) if a.name == name), None)


def notebook_problems(assignment: Assignment) -> list[str]:
    """Compare the points of the table with those in the notebook's metadata.

    Returns:
        One line for each graded cell that differs, is missing, or is in another order.
    """
    cells = json.loads((assignment.repository / assignment.notebook).read_text("utf-8"))["cells"]
    problems = []
    for kind, wanted in (
        ("code", {task.name: task.points for task in assignment.tasks}),
        ("markdown", {question.grade_id: question.points for question in assignment.questions}),
    ):
        metadata = [c["metadata"].get("nbgrader", {}) for c in cells if c["cell_type"] == kind]
        graded = {str(m["grade_id"]): m["points"] for m in metadata if m.get("grade")}
        for name in dict.fromkeys([*wanted, *graded]):
            if name not in graded:
                problem = f"no graded cell in {assignment.notebook}; add it"
            elif name not in wanted:
                problem = f"a graded cell of {assignment.notebook}, not in {TABLE}; add it"
            elif wanted[name] != graded[name]:
                problem = (
                    f"{wanted[name]:g} points in {TABLE}, {graded[name]:g} in "
                    f"{assignment.notebook}; make them agree"
                )
            else:
                continue
            problems.append(f"{name}: {problem}")
        if not problems and list(wanted) != list(graded):
            order = ", ".join(graded)
            problems.append(f"expected the order of {assignment.notebook}: {order}; reorder them")
    return problems


def _assignment(
    table: dict[str, Any], folder: Path, repository: Path, problems: list[str]
) -> Assignment | None:
    """Build an assignment from its parsed table; add a line to `problems` for each error."""
    inner = {*TABLES, *LISTS, "given"}
    outer = {key: value for key, value in table.items() if key not in inner}
    head = _read(_Head, outer, "", problems, inner)
    misspelt = {_closest(key, inner) for key in outer.keys() - {f.name for f in fields(_Head)}}
    tables = {
        name: _read_table(name, kind, table.get(name), problems)
        for name, kind in TABLES.items()
        if name not in misspelt
    }
    tasks = [
        _task(each, f"[[tasks]] {each.get('name', number)} ", problems)
        for number, each in _list("tasks", table, problems)
    ]
    questions = [
        _read(Question, each, f"[[questions]] {each.get('grade_id', number)} ", problems)
        for number, each in _list("questions", table, problems)
    ]
    given = _value(table.get("given", {}), Mapping[str, tuple[float, ...]], "[given]", problems)
    if problems:
        return None
    printed = [_with_printed_scores(task, given) for task in tasks if task is not None]
    module = f"{head.package}/{head.module}.py"
    files = (head.notebook, *(f.format(head.package) for f in RELEASED))
    return Assignment(
        **{
            **vars(head),
            "public_checks": repository / head.public_checks,
            "hidden_checks": folder / head.hidden_checks,
            "released_files": head.released_files or files,
            "submitted_files": head.submitted_files or (module,),
        },
        **tables,
        tasks=tuple(printed),
        questions=tuple(questions),
        given=given,
        folder=folder,
        repository=repository,
    )


def _task(table: dict[str, Any], place: str, problems: list[str]) -> Task | None:
    kind = table.get("kind")
    if kind not in PROBES:
        found = "not found" if kind is None else f"found {kind!r}"
        problems.append(f"{place}kind: expected one of {', '.join(PROBES)}; {found}")
        return None
    common = {f.name for f in fields(Task)} - {"probe"}
    own = {key: value for key, value in table.items() if key not in common}
    head = {key: value for key, value in table.items() if key in common}
    probe = _read(PROBES[kind], own, place, problems, common)
    task: Task | None = _read(Task, {**head, "probe": probe}, place, problems)
    return task


def _with_printed_scores(task: Task, given: Mapping[str, tuple[float, ...]]) -> Task:
    if not isinstance(task.probe, LossProbe) or task.probe.given:
        return task
    printed = {name: given[name] for name in task.probe.arguments if name in given}
    return replace(task, probe=replace(task.probe, given=printed))


def _inconsistencies(assignment: Assignment) -> list[str]:
    """Return one line for each value that has the right type and still cannot be used."""
    problems = []
    for code, fraction in assignment.partial_credit.fractions.items():
        if code not in SENTENCES:
            advice = _advice(_closest(code, SENTENCES))
            problems.append(f"[partial_credit] {code}: unknown code of a finding{advice}")
        elif not 0 <= fraction <= 1:
            problems.append(f"[partial_credit] {code}: expected 0 to 1; found {fraction:g}")
    for kind, limits in (("limits", assignment.limits), ("gradescope", assignment.gradescope)):
        problems += [
            f"[{kind}] {name}: expected more than 0; found {value:g}"
            for name, value in vars(limits).items()
            if value <= 0
        ]
    references = assignment.references
    if not 0 < references.cases_per_submission <= references.hidden_case_pool:
        problems.append(
            f"[references] cases_per_submission: expected 1 to hidden_case_pool "
            f"({references.hidden_case_pool}); found {references.cases_per_submission}"
        )
    if len(references.hidden_seed) < MIN_SECRET:
        problems.append(
            f"[references] hidden_seed: expected a secret of {MIN_SECRET} or more characters; "
            f"found {len(references.hidden_seed)}; make one with {MAKE_SECRET}"
        )
    explain = assignment.student_help.explain
    if explain not in DEGREES:
        expected = ", ".join(DEGREES)
        problems.append(f"[student_help] explain: expected one of {expected}; found {explain!r}")
    for task in assignment.tasks:
        problems += _inconsistencies_of_probe(task)
    if not assignment.tasks:
        problems.append("[[tasks]]: expected at least one; add it")
    named = [(task.name, "[[tasks]]", task.points) for task in assignment.tasks]
    named += [(q.grade_id, "[[questions]]", q.points) for q in assignment.questions]
    for position, (name, place, points) in enumerate(named):
        if points <= 0:
            problems.append(f"{place} {name} points: expected more than 0; found {points:g}")
        if name in [other for other, *_ in named[:position]]:
            problems.append(f"{place} {name}: the name occurs twice; change one of them")
    return problems


def _inconsistencies_of_probe(task: Task) -> list[str]:
    probe, place = task.probe, f"[[tasks]] {task.name}"
    problems: list[str] = []
    distribution = getattr(probe, "distribution", "normal")
    if distribution not in DISTRIBUTIONS:
        expected = " or ".join(DISTRIBUTIONS)
        problems.append(f"{place} distribution: expected {expected}; found {distribution}")
    if isinstance(probe, NetworkProbe):
        if len(probe.batches) < 2 or not probe.args:
            problems.append(f"{place}: expected args, and two batch sizes in batches; add them")
        if probe.widths and len(probe.widths) != len(probe.args):
            counts = f"{len(probe.args)}, one for each of args; found {len(probe.widths)}"
            problems.append(f"{place} widths: expected {counts}")
    if isinstance(probe, LossProbe) and probe.classic:
        for name in probe.arguments:
            if name not in probe.given:
                problems.append(f"[given] {name}: key missing, for classic of {task.name}; add it")
    return problems


# Reading tables into dataclasses.


def _read_table(name: str, kind: type, table: object, problems: list[str]) -> Any:
    """Build the dataclass of one of `TABLES`; a table of defaults may be missing."""
    required = [f.name for f in fields(kind) if _is_required(f)]
    if table is None and required:
        problems.append(f"[{name}]: table missing; add it with {' and '.join(required)}")
        return None
    table = {} if table is None else table
    if kind is PartialCredit:
        return PartialCredit(_value(table, Mapping[str, float], f"[{name}]", problems))
    return _read(kind, table, f"[{name}] ", problems)


def _read(
    kind: type, table: object, place: str, problems: list[str], others: Iterable[str] = ()
) -> Any:  # an instance of `kind`, or None
    """Build a dataclass from a table.

    Args:
        kind: the dataclass.
        table: what the file contains at this place.
        place: where the table is, for the messages; empty or ending in a space.
        problems: receives a line for each error.
        others: further keys that may be meant by an unknown one.
    """
    if not isinstance(table, dict):
        problems.append(f"{place.strip()}: expected a table; found {table!r}")
        return None
    hints, before, values = typing.get_type_hints(kind), len(problems), {}
    known = {f.name: f for f in fields(kind)}
    unknown = {k: _closest(k, [*known, *others]) for k in table if k not in known}
    for key, meant in unknown.items():
        problems.append(f"{place}{key}: unknown key{_advice(meant)}")
    for name, each in known.items():
        if name in table:
            values[name] = _value(table[name], hints[name], f"{place}{name}", problems)
        elif _is_required(each) and name not in unknown.values():
            problems.append(f"{place}{name}: key missing; add it")
    return kind(**values) if len(problems) == before else None


def _value(value: object, kind: Any, place: str, problems: list[str]) -> Any:
    """Return a value of TOML as `kind`; add a line to `problems` if it has another type."""
    origin, inner = typing.get_origin(kind), typing.get_args(kind)
    if value is None or kind is Any:
        return value
    if origin is types.UnionType and inner[-1] is types.NoneType:
        return _value(value, inner[0], place, problems)
    if origin is tuple and isinstance(value, list):
        items = enumerate(value, 1)
        return tuple(_value(item, inner[0], f"{place}, entry {n}", problems) for n, item in items)
    if origin is Mapping and isinstance(value, dict):
        return {k: _value(v, inner[1], f"{place} {k}", problems) for k, v in value.items()}
    accepted = int | float if kind is float else kind
    if (
        origin in (tuple, Mapping)
        or not isinstance(value, accepted)
        or (isinstance(value, bool) and kind is not bool)
    ):
        problems.append(f"{place}: expected {_expected(kind)}; found {value!r}")
        return None
    return value


def _expected(kind: Any) -> str:
    words = {str: "text", bool: "true or false", int: "a whole number", float: "a number"}
    words |= {tuple: "a list", Mapping: "a table"}
    return words[typing.get_origin(kind) or kind]


def _list(
    name: str, table: dict[str, Any], problems: list[str]
) -> list[tuple[int, dict[str, Any]]]:
    """Return the numbered tables of a list of tables."""
    tables = table.get(name, [])
    if not isinstance(tables, list) or not all(isinstance(each, dict) for each in tables):
        problems.append(f"{name}: expected tables [[{name}]]; found {tables!r}")
        return []
    return list(enumerate(tables, 1))


def _is_required(each: Field[Any]) -> bool:
    return each.default is MISSING and each.default_factory is MISSING


def _closest(key: str, known: Iterable[str]) -> str | None:
    """Return the known key that an unknown one probably means."""
    known = sorted(known)
    close = difflib.get_close_matches(key, known, 1)
    first = key.split("_")[0]
    return next(iter(close or (k for k in known if k.split("_")[0] == first)), None)


def _advice(meant: str | None) -> str:
    return f"; did you mean {meant}?" if meant else "; remove it"
