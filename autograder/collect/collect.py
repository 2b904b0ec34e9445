"""Put the submissions of a download into a course: recognise, match, compare, place, remember.

Nothing is guessed silently and nothing is overwritten: an upload that cannot be matched is a line,
and an earlier submission is moved aside before the newer one takes its place.
"""

import errno
import hashlib
import json
import os
import shutil
import tempfile
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path, PurePosixPath

from autograder.config import Assignment
from autograder.errors import AutograderError, reason_of
from autograder.fsutil import RefusedFile, atomic_write
from autograder.submission.file_tree import (
    FileTree,
    TreeFile,
    is_ignored,
    list_archive,
    read_folder,
)

from .matching import ListedPerson, Match, find_people, similar_ids
from .platforms import ARCHIVES, Download, Upload, recognise

RECORDS = ".autograder/collected"  # in a course: where each submission came from, earlier ones
MAX_FILES = 2_000  # files of one submission that are kept
MAX_BYTES = 200 * 2**20  # bytes of one submission that are kept
OF_A_NAME = (  # errors that a file's name causes, and not the disk
    errno.ENAMETOOLONG, errno.EEXIST, errno.ENOTDIR, errno.EISDIR, errno.EINVAL, errno.EILSEQ,
)  # fmt: skip
EXCHANGE = ("timestamp.txt", "submission_secret.txt")  # ours to write, never an upload's


class CollectError(AutograderError):
    """Nothing can be imported; the message says where and what to do."""


@dataclass(frozen=True)
class ImportRow:
    """What happened to one upload, for the table.

    Attributes:
        student: the id, or the ids of a group; empty if it is not matched.
        name: the name that the download shows.
        state: "new", "newer", "unchanged", "older attempt", "not matched", "empty", "wrong
            assignment" or "refused".
        files: how many files were placed.
        submitted: time of submission, or None.
        detail: what it was matched by, or what is wrong.
    """

    student: str
    name: str
    state: str
    files: int
    submitted: datetime | None
    detail: str


@dataclass
class Collected:
    """What came of an import.

    Attributes:
        platforms: source -> the format that it was read as.
        rows: one for each upload.
        notes: lines on files left out.
        problems: lines on uploads that are not in the course now.
        people: those of the class list whose uploads were placed.
    """

    platforms: dict[str, str] = field(default_factory=dict)
    rows: list[ImportRow] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)
    people: list[ListedPerson] = field(default_factory=list)


@dataclass(frozen=True)
class _Candidate:
    """One upload with its source and its students."""

    source: Path
    platform: str
    upload: Upload
    match: Match
    order: int

    @property
    def age(self) -> tuple:
        """Sort key: the time of submission if the download has it, else the order of sources."""
        known = self.upload.submitted
        return (known is not None, known.timestamp() if known else 0.0, self.order)

    @property
    def label(self) -> str:
        members = list(self.upload.members.values())
        return (
            f"{self.source.name}: {members[0] if members else self.upload.name or 'a submission'}"
        )


def collect(
    course: Path,
    assignment: Assignment,
    others: Sequence[Assignment],
    sources: Sequence[Path],
    listed: Sequence[ListedPerson] = (),
    known: Sequence[ListedPerson] = (),
    dry_run: bool = False,
) -> Collected:
    """Import downloads of submissions into `submitted` of a course.

    Args:
        course: a released course.
        assignment: what the submissions are for.
        others: the other assignments, so that their submissions are named as such.
        sources: downloads: archives, folders or single files.
        listed: the class list.
        known: the gradebook's students.
        dry_run: report what would happen and change nothing.
    Raises:
        CollectError: a source cannot be read, or nothing can be written.
    """
    done = Collected()
    expected = (f"{assignment.module}.py", assignment.notebook)
    candidates: list[_Candidate] = []
    for order, source in enumerate(sources):
        download = _open(source, expected)
        done.platforms[str(source)] = download.platform
        done.notes += [f"{source.name}: {line}" for line in download.notes]
        for upload in download.uploads:
            match = find_people(upload.people, listed, known)
            candidates.append(_Candidate(source, download.platform, upload, match, order))
    by_student: dict[str, list[_Candidate]] = defaultdict(list)
    for candidate in candidates:
        problem = candidate.match.problem
        if problem:
            _report(done, candidate, "not matched", problem)
        for student in candidate.match.students:
            by_student[student].append(candidate)
    _warn_of_similar_ids(done, course, by_student, known)
    place = _Place(course, assignment, others, dry_run)
    people = {person.student: person for person in listed}
    for student, attempts in sorted(by_student.items()):
        *earlier, newest = sorted(attempts, key=lambda candidate: candidate.age)
        for candidate in earlier:
            done.rows.append(_row(candidate, student, "older attempt", "a newer one counts"))
        if _place_one(done, place, student, newest) and student in people:
            done.people.append(people[student])
    return done


def _open(source: Path, expected: Sequence[str]) -> Download:
    try:
        if source.is_dir():
            return recognise(read_folder_shallow(source), expected)
        if source.name.lower().endswith(ARCHIVES):
            tree = list_archive(source)
            if _is_one_submission(tree, expected):
                tree = FileTree([_whole_file(source)])
            return recognise(tree, expected)
        if source.is_file():
            return recognise(FileTree([_whole_file(source)]), expected)
    except RefusedFile as why:
        raise CollectError(
            f"{source}: {why}; expected the zip of a learning platform, a folder or a zip for each "
            "student; download it again"
        ) from None
    raise CollectError(f"{source}: not found; expected a zip or a folder with submissions")


def read_folder_shallow(source: Path) -> FileTree:
    """Return the files of a folder as they are: a zip in it stays one file."""
    tree = read_folder(source.parent, source, max_names=1_000_000)
    files = [
        file for file in tree.files
        if not any(part.lower().endswith(".zip") for part in file.path.parts[:-1])
    ]  # fmt: skip
    return FileTree(files, tree.refused)


def _is_one_submission(tree: FileTree, expected: Sequence[str]) -> bool:
    """Return whether an archive holds the files of one student, not those of a class."""
    if recognise(tree, expected).platform != "folders":
        return False
    wanted = {name.casefold() for name in expected}
    found = [file.path for file in tree.files if file.path.name.casefold() in wanted]
    names = [path.name.casefold() for path in found]
    return bool(found) and len(names) == len(set(names)) and min(len(p.parts) for p in found) == 1


def _whole_file(source: Path) -> TreeFile:
    def read(limit: int) -> bytes:
        if source.stat().st_size > limit:
            raise RefusedFile(f"has more than {limit / 2**20:g} MiB")
        return source.read_bytes()

    return TreeFile(PurePosixPath(source.name), source.stat().st_size, None, read)


def _place_one(done: Collected, place: "_Place", student: str, candidate: _Candidate) -> bool:
    """Place one upload; return whether it is in the course now."""
    try:
        state, files, detail = place.put(student, candidate)
    except CollectError:
        raise
    except Exception as error:
        why = str(error) if isinstance(error, RefusedFile) else reason_of(error)
        _report(done, candidate, "refused", why, student)
        return False
    if state in ("empty", "wrong assignment"):
        _report(done, candidate, state, detail, student)
        return False
    late = "; late by the platform" if candidate.upload.late else ""
    done.rows.append(_row(candidate, student, state, f"{candidate.match.by}{late}", files))
    done.notes += [
        f"submitted/{student}/{place.assignment.name}: {line}" for line in place.left_out
    ]
    return True


def _row(candidate: _Candidate, student: str, state: str, detail: str, files: int = 0) -> ImportRow:
    upload = candidate.upload
    return ImportRow(student, upload.name, state, files, upload.submitted, detail)


def _report(
    done: Collected, candidate: _Candidate, state: str, why: str, student: str = ""
) -> None:
    done.rows.append(_row(candidate, student, state, why))
    done.problems.append(f"{candidate.label}: {state}: {why}")


def _warn_of_similar_ids(
    done: Collected, course: Path, found: dict, known: Sequence[ListedPerson]
) -> None:
    folders = [path.name for path in (course / "submitted").glob("*") if path.is_dir()]
    there = {*folders, *(person.student for person in known)}
    for student, others in similar_ids(found, there).items():
        if student not in there:
            done.problems.append(
                f"{student}: the course already has {' and '.join(map(repr, others))}; they "
                "differ only in case, spaces or accents; correct the class list or rename the "
                "folder"
            )


class _Place:
    """Writes uploads into one course.

    Attributes:
        left_out: lines on files of the last upload that were not placed.
    """

    def __init__(
        self, course: Path, assignment: Assignment, others: Sequence[Assignment], dry_run: bool
    ):
        self.course, self.assignment, self.others = course, assignment, others
        self.dry_run = dry_run
        self.left_out: list[str] = []
        self.records = course / RECORDS / assignment.name

    def put(self, student: str, candidate: _Candidate) -> tuple[str, int, str]:
        """Place one upload.

        Returns:
            Its state, the number of files, and what is wrong if it is not placed.
        Raises:
            RefusedFile: nothing of it can be read.
        """
        contents = self._read(candidate.upload)
        if not contents:
            return "empty", 0, self.left_out[0] if self.left_out else "the upload has no files"
        other = self._other_assignment(contents)
        if other is not None:
            return "wrong assignment", 0, f"this is a submission for {other.name}"
        digest = _digest(contents)
        record = self._record(student)
        target = self.course / "submitted" / student / self.assignment.name
        if record.get("sha256") == digest and target.is_dir():
            return "unchanged", len(contents), ""
        state = "newer" if os.path.lexists(target) else "new"
        if not self.dry_run:
            self._replace(student, target, contents, candidate.upload)
            self._remember(student, candidate, digest)
        return state, len(contents), ""

    def _read(self, upload: Upload) -> dict[PurePosixPath, bytes]:
        """Read the files that are kept, within the bounds of one submission."""
        contents: dict[PurePosixPath, bytes] = {}
        self.left_out, left = [], MAX_BYTES
        ignored = 0
        for path, file in sorted(
            upload.files.items(), key=lambda item: (len(item[0].parts), str(item[0]))
        ):
            if is_ignored(path):
                ignored += 1
            elif path.name in EXCHANGE:
                self.left_out.append(f"{path}: left out; the importer writes that file itself")
            elif len(contents) == MAX_FILES:
                self.left_out.append(f"more than {MAX_FILES} files; {path} and later ones left out")
                break
            else:
                try:
                    contents[path] = file.read(left)
                    left -= len(contents[path])
                except RefusedFile as why:
                    self.left_out.append(f"{path} {why}; left out")
        if ignored:
            self.left_out.append(f"{ignored} files of tools left out (.git, environments, caches)")
        return contents

    def _other_assignment(self, contents: dict[PurePosixPath, bytes]) -> Assignment | None:
        """Return the assignment that the files belong to if it is another one."""
        names = {path.name.casefold() for path in _names_within(contents)}

        def has(assignment: Assignment) -> bool:
            wanted = {f"{assignment.module}.py".casefold(), assignment.notebook.casefold()}
            return bool(wanted & names)

        if has(self.assignment):
            return None
        return next((other for other in self.others if has(other)), None)

    def _replace(self, student: str, target: Path, contents: dict, upload: Upload) -> None:
        """Write the files beside their place, then exchange the folders."""
        target.parent.mkdir(parents=True, exist_ok=True)
        self.records.mkdir(parents=True, exist_ok=True)
        stage = Path(tempfile.mkdtemp(dir=self.records, prefix=".part-"))
        try:
            for path, data in contents.items():
                self._write(stage, path, data)
            if upload.submitted is not None:
                stamp = upload.submitted.astimezone(UTC)
                (stage / "timestamp.txt").write_text(f"{stamp:%Y-%m-%d %H:%M:%S.%f} UTC")
            if os.path.lexists(target):
                aside = (
                    self.records / "earlier" / student / f"{datetime.now(UTC):%Y-%m-%d-%H%M%S-%f}"
                )
                aside.parent.mkdir(parents=True, exist_ok=True)
                os.rename(target, aside)
                self.left_out.append(
                    f"the earlier submission is kept in {aside.relative_to(self.course)}"
                )
            stage.chmod(0o755)
            os.rename(stage, target)
        except OSError as error:
            raise CollectError(
                f"{target}: cannot be written ({error.strerror}); nothing is lost"
            ) from None
        finally:
            shutil.rmtree(stage, ignore_errors=True)

    def _write(self, stage: Path, path: PurePosixPath, data: bytes) -> None:
        """Write one file; a name that this file system cannot hold is a line.

        Raises:
            OSError: the disk is full or fails.
        """
        try:
            place = stage / path
            place.parent.mkdir(parents=True, exist_ok=True)
            place.write_bytes(data)
        except (OSError, ValueError) as error:
            if isinstance(error, OSError) and error.errno not in OF_A_NAME:
                raise
            self.left_out.append(f"{path}: {reason_of(error)}; left out")

    def _record_path(self, student: str) -> Path:
        digest = hashlib.sha256(student.encode("utf-8", "surrogateescape")).hexdigest()[:16]
        return self.records / f"{digest}.json"

    def _record(self, student: str) -> dict:
        try:
            record = json.loads(self._record_path(student).read_text("utf-8"))
            return record if isinstance(record, dict) else {}
        except (OSError, ValueError):
            return {}

    def _remember(self, student: str, candidate: _Candidate, digest: str) -> None:
        upload = candidate.upload
        record = {
            "student": student,
            "platform": candidate.platform,
            "source": candidate.source.name,
            "people": upload.people,
            "name": upload.name,
            "late": upload.late,
            "members": {str(path): member for path, member in upload.members.items()},
            "sha256": digest,
        }
        atomic_write(self._record_path(student), json.dumps(record, indent=1))


def origins(course: Path, assignment: Assignment) -> dict[str, dict]:
    """Return student -> where the submission came from, for all that were imported."""
    found = {}
    for path in sorted((course / RECORDS / assignment.name).glob("*.json")):
        try:
            record = json.loads(path.read_text("utf-8"))
            found[str(record["student"])] = record
        except (OSError, ValueError, KeyError, TypeError):
            continue
    return found


def participant_numbers(course: Path, assignment: Assignment) -> dict[str, str]:
    """Return student -> number of the participant in Moodle, for all imported from there."""
    return {
        student: str(record["people"][0]["moodle_id"])
        for student, record in origins(course, assignment).items()
        if len(record.get("people", ())) == 1 and "moodle_id" in record["people"][0]
    }


def _names_within(contents: dict[PurePosixPath, bytes]) -> list[PurePosixPath]:
    """Return the paths of an upload's files, and of the files in its zips."""
    from autograder.submission.file_tree import read_archive

    found = list(contents)
    for path, data in contents.items():
        if path.suffix.lower() in ARCHIVES:
            try:
                found += [file.path for file in read_archive(data, path).files]
            except RefusedFile:
                continue
    return found


def _digest(contents: dict[PurePosixPath, bytes]) -> str:
    total = hashlib.sha256()
    for path, data in sorted(contents.items()):
        total.update(f"{path}\0{len(data)}\0".encode("utf-8", "surrogateescape") + data)
    return total.hexdigest()
