"""Find each answer of a notebook by anything that still identifies it.

An answer cell is recognised by its grade_id, by its cell id (also where a front end has moved it to
`metadata.id`), or by its place. A student may also have written into the question's cell, into new
cells below it, or may have split the cell. All parts are joined in their order, with a note.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from .inline_answers import MAX_ANSWER, NotebookCell, make_harmless, parse_cells
from .pictures import Picture, take_pictures

NOTHING_SHOWN = "[a picture that cannot be shown here]"  # an answer without a word
FUNCTION = re.compile(r"^def +(\w{1,100})\b", re.MULTILINE)


@dataclass(frozen=True)
class ReleasedAnswers(Mapping[str, str]):
    """The released notebook as far as it helps to find answers: grade_id -> text of the cell.

    Attributes:
        texts: grade_id -> released text of the answer cell.
        cells: all cells of the released notebook; empty if only the texts are known.
    """

    texts: dict[str, str]
    cells: tuple[NotebookCell, ...] = ()

    @classmethod
    def from_notebook(cls, raw: bytes, names: list[str]) -> "ReleasedAnswers":
        """Read the released notebook.

        Args:
            raw: the notebook.
            names: grade_ids of the questions.
        """
        cells = tuple(parse_cells(raw))
        texts = {cell.grade_id: cell.source for cell in cells if cell.grade_id in names}
        return cls({name: texts[name] for name in names}, cells)

    def __getitem__(self, name: str) -> str:
        return self.texts[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self.texts)

    def __len__(self) -> int:
        return len(self.texts)

    def answer_of(self, cell: NotebookCell) -> str | None:
        """Return the question whose answer cell has the ids of a student's cell."""
        if cell.grade_id in self.texts:
            return cell.grade_id
        found = (c.grade_id for c in self.cells if c.id and c.id in cell.ids)
        return next((name for name in found if name in self.texts), None)

    def question_of(self, cell: NotebookCell) -> str | None:
        """Return the question that a student's cell asks: by id, or by its first line."""
        head = _first_line(cell.source)
        for name, question in self._questions():
            if (question.id and question.id in cell.ids) or head == _first_line(question.source):
                return name
        return None

    def question_text(self, name: str) -> str:
        """Return the released text of a question; empty if it is not known."""
        return next((cell.source for other, cell in self._questions() if other == name), "")

    def contains(self, cell: NotebookCell) -> bool:
        """Return whether a student's cell is a released cell, with its text or its id."""
        plain = cell.source.strip()
        return any(
            (other.id and other.id in cell.ids) or (plain and plain == other.source.strip())
            for other in self.cells
            if other.grade_id not in self.texts
        )

    def _questions(self) -> Iterator[tuple[str, NotebookCell]]:
        for before, cell in zip(self.cells, self.cells[1:], strict=False):
            if cell.grade_id in self.texts and before.kind == "markdown":
                yield cell.grade_id, before


@dataclass
class FoundAnswers:
    """The answers of one notebook.

    Attributes:
        texts: grade_id -> answer, for the answered questions; harmless text.
        pictures: grade_id -> pictures of the answer, which its text refers to.
        notes: one line for each answer that was not simply the text of its cell.
        cells: how many cells were recognised as answer cells.
        functions: names that code cells define as functions.
    """

    texts: dict[str, str] = field(default_factory=dict)
    pictures: dict[str, tuple[Picture, ...]] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)
    cells: int = 0
    functions: frozenset[str] = frozenset()


@dataclass
class _Parts:
    """The parts of one answer in the order of the notebook."""

    cells: int = 0  # answer cells, answered or not
    texts: list[str] = field(default_factory=list)
    sources: list[NotebookCell] = field(default_factory=list)
    places: list[str] = field(default_factory=list)

    def add(self, text: str, cell: NotebookCell, place: str) -> None:
        if text.strip() and text.strip() not in [known.strip() for known in self.texts]:
            self.texts.append(text)
            self.sources.append(cell)
            self.places.append(place)


def find_answers(cells: list[NotebookCell], released: ReleasedAnswers) -> FoundAnswers:
    """Find the answers in a student's notebook.

    Args:
        cells: of the student's notebook.
        released: the released notebook.
    """
    parts = {name: _Parts() for name in released}
    asked: str | None = None  # the question whose part of the notebook this is
    for position, cell in enumerate(cells):
        name = released.answer_of(cell) or _by_position(position, cells, released)
        if name is not None:
            asked = name
            parts[name].cells += 1
            if cell.source.strip() != released[name].strip():
                parts[name].add(cell.source, cell, "")
            continue
        question = released.question_of(cell)
        if question is not None:
            asked = question
            addition = _added_lines(cell.source, released.question_text(question))
            parts[question].add(addition, cell, "in the question's cell")
        elif released.contains(cell):
            asked = None
        elif asked is not None:
            fenced = cell.kind == "code" and cell.source.strip()
            text = f"```python\n{cell.source}\n```" if fenced else cell.source
            kind = "a code cell" if cell.kind == "code" else "a cell"
            parts[asked].add(text, cell, f"in {kind} without the name of the answer cell")
    found = _joined(parts)
    code = (cell.source for cell in cells if cell.kind == "code")
    found.functions = frozenset(name for text in code for name in FUNCTION.findall(text))
    return found


def _joined(parts: dict[str, _Parts]) -> FoundAnswers:
    found = FoundAnswers(cells=sum(each.cells for each in parts.values()))
    for name, part in parts.items():
        if not part.texts:
            if not part.cells:
                found.notes.append(f"no cell {name}; it counts as not answered")
            continue
        text, pictures, remarks = take_pictures(
            "\n\n".join(part.texts), [cell.attachments for cell in part.sources]
        )
        found.texts[name] = make_harmless(text) or ("" if pictures else NOTHING_SHOWN)
        if pictures:
            found.pictures[name] = tuple(pictures)
            shown = [f"![{p.title}](attachment:{p.name})" for p in pictures]
            found.texts[name] = "\n\n".join([found.texts[name], *shown]).strip()
        if len(text) > MAX_ANSWER:
            remarks.append(f"has {len(text)} characters; truncated to {MAX_ANSWER}")
        places = list(dict.fromkeys(filter(None, part.places)))
        if len(part.texts) > 1:
            where = f" ({'; '.join(places)})" if places else ""
            remarks.append(f"was joined from {len(part.texts)} cells{where}")
        elif places:
            remarks.append(f"was found {places[0]}")
        found.notes += [f"{name} {remark}" for remark in remarks]
    return found


def _by_position(position: int, cells: list[NotebookCell], released: ReleasedAnswers) -> str | None:
    """Return the question answered at a place of a notebook that has as many cells as released."""
    if len(cells) != len(released.cells):
        return None
    name = released.cells[position].grade_id
    if name not in released.texts or any(released.answer_of(cell) == name for cell in cells):
        return None
    known = released.contains(cells[position]) or released.question_of(cells[position])
    return None if known else name


def _added_lines(text: str, original: str) -> str:
    """Return the lines of a cell that its released text does not have."""
    known = {line.strip() for line in original.splitlines()}
    return "\n".join(line for line in text.splitlines() if line.strip() not in known).strip()


def _first_line(text: str) -> str:
    return next((line.strip() for line in text.splitlines() if line.strip()), "\0")
