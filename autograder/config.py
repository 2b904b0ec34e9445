"""Assignments as data: the `assignment.toml` of a room read into one frozen record."""

import tomllib
from dataclasses import dataclass
from pathlib import Path

from autograder.errors import AssignmentError

TOP = Path(__file__).resolve().parents[1]
ASSIGNMENTS = TOP / "assignments"
ROOM = ASSIGNMENTS / "gans"


@dataclass(frozen=True)
class Task:
    """One auto-graded function: its name, the points for it, and how the engine probes it."""

    name: str
    points: float
    probe: dict


@dataclass(frozen=True)
class Question:
    """One hand-graded answer cell of the notebook: its grade_id and the points for it."""

    grade_id: str
    points: float


@dataclass(frozen=True)
class Assignment:
    """What `assignment.toml` says. Paths in `ships` and `takes` are relative to `top`."""

    name: str
    order: int
    title: str
    notebook: str
    package: str
    module: str
    public_checks: Path
    hidden_checks: Path
    ships: tuple[str, ...]
    takes: tuple[str, ...]
    tasks: tuple[Task, ...]
    questions: tuple[Question, ...]
    settings: dict
    room: Path
    top: Path

    @property
    def solution(self) -> Path:
        """The reference solution."""
        return self.room / "solution" / f"{self.module}.py"

    @property
    def stub(self) -> Path:
        """The student's module as it ships."""
        return self.top / self.package / f"{self.module}.py"


def load_assignment(room: Path = ROOM, top: Path = TOP) -> Assignment:
    """Read `room/assignment.toml`.

    Raises:
        AssignmentError: the file is missing, is not TOML or lacks an entry.
    """
    path = room / "assignment.toml"
    try:
        table = tomllib.loads(path.read_text("utf-8"))
        return Assignment(
            name=table.pop("name"),
            order=table.pop("order"),
            title=table.pop("title"),
            notebook=table.pop("notebook"),
            package=table.pop("package"),
            module=table.pop("module"),
            public_checks=top / table.pop("public_checks"),
            hidden_checks=room / table.pop("hidden_checks"),
            ships=tuple(table.pop("ships")),
            takes=tuple(table.pop("takes")),
            tasks=tuple(_task(t, table.get("given", {})) for t in table.pop("tasks")),
            questions=tuple(Question(**q) for q in table.pop("questions")),
            settings=table,
            room=room,
            top=top,
        )
    except FileNotFoundError:
        raise AssignmentError(f"{path}: not found; restore it from the repository") from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise AssignmentError(f"{path}: not valid TOML ({error}); correct that line") from None
    except (KeyError, TypeError) as error:
        raise AssignmentError(f"{path}: entry missing or misspelt: {error}; add it") from None


def _task(table: dict, given: dict) -> Task:
    """A task, with the numbers that the text gives for its arguments."""
    known = {name: given[name] for name in table.get("arguments", ()) if name in given}
    return Task(table["name"], table["points"], {**table, "given": known})


def load_assignments(top: Path = TOP) -> tuple[Assignment, ...]:
    """Every assignment of this repository: that of the instructor's room, then those in rooms
    of their own inside it, by name of the folder.

    Raises:
        AssignmentError: a table cannot be read, or two share a name, a module or a file.
    """
    rooms = sorted(path.parent for path in ASSIGNMENTS.glob("*/assignment.toml"))
    found = tuple(sorted((load_assignment(r, top) for r in rooms), key=lambda each: each.order))
    for field in ("name", "notebook", "module", "public_checks"):
        values = [getattr(assignment, field) for assignment in found]
        if twice := next((value for value in values if values.count(value) > 1), None):
            raise AssignmentError(
                f"{ROOM}: two assignments have {field} = {twice}; give each its own"
            )
    return found


def find_assignment(name: str, top: Path = TOP) -> Assignment:
    """The assignment of this name.

    Raises:
        AssignmentError: there is none; the message lists those there are.
    """
    found = known_assignment(name, top)
    if found is None:
        known = ", ".join(assignment.name for assignment in load_assignments(top))
        raise AssignmentError(f"no assignment {name!r}; there are {known}")
    return found


def known_assignment(name: str, top: Path = TOP) -> Assignment | None:
    """The assignment of this name, or None: a course may hold assignments that are not ours."""
    return next((found for found in load_assignments(top) if found.name == name), None)
