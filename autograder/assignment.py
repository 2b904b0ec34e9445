"""The assignment as data: `assignment.toml` read into one frozen record."""

import tomllib
from dataclasses import dataclass
from pathlib import Path

ROOM = Path(__file__).resolve().parent
TOP = ROOM.parent


class AssignmentError(Exception):
    """What the instructor gave us cannot be used; the message says where and what to do."""


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
            title=table.pop("title"),
            notebook=table.pop("notebook"),
            package=table.pop("package"),
            module=table.pop("module"),
            public_checks=top / table.pop("public_checks"),
            hidden_checks=room / table.pop("hidden_checks"),
            ships=tuple(table.pop("ships")),
            takes=tuple(table.pop("takes")),
            tasks=tuple(Task(t["name"], t["points"], t) for t in table.pop("tasks")),
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
