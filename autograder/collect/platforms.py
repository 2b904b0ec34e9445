"""Recognise how a learning platform packs the submissions of a class, from the names alone.

The name of a person in a file name identifies nobody: each platform also writes an id, and that is
what submissions are grouped by. The formats, with their sources, are in docs/collect.md.
"""

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import PurePosixPath

import yaml

from autograder.fsutil import RefusedFile
from autograder.submission.file_tree import FileTree, TreeFile, is_ignored

MAX_METADATA = 200 * 2**20  # bytes of Gradescope's metadata: it holds the output of every run
METADATA = "submission_metadata.yml"
ARCHIVES = (".zip", ".tar", ".gz", ".tgz")


@dataclass(frozen=True)
class Upload:
    """The files of one submission in a download.

    Attributes:
        people: for each person who handed it in, kind of id -> its text: "canvas_id",
            "anonymous_id", "moodle_id", "sid", "email", "login", "name", "group" or "folder";
            what a class list is searched for.
        name: the person's name as the download shows it; only ever shown, never matched.
        files: path inside the submission -> file.
        members: path inside the submission -> name in the download, for feedback to go back.
        submitted: time of the submission in UTC, or None if the download does not say.
        late: True if the platform says so.
    """

    people: tuple[dict[str, str], ...]
    name: str
    files: dict[PurePosixPath, TreeFile] = field(default_factory=dict)
    members: dict[PurePosixPath, str] = field(default_factory=dict)
    submitted: datetime | None = None
    late: bool = False


@dataclass(frozen=True)
class Download:
    """What a download holds.

    Attributes:
        platform: a key of PLATFORMS.
        uploads: one for each submission.
        notes: a line for each file that belongs to no submission.
    """

    platform: str
    uploads: tuple[Upload, ...]
    notes: tuple[str, ...] = ()


CANVAS = re.compile(
    r"^(?:(?!LATE_|anon_)(?P<name>.+?)_)?(?:(?P<late>LATE)_)?"
    r"(?:anon_(?P<anon>[0-9A-Za-z]+)|(?P<user>\d+))_(?P<attachment>\d+)_(?P<file>.+)$"
)
CANVAS_TEXT = re.compile(
    r"^(?:(?!LATE_|anon_)(?P<name>.+?)_)?(?:(?P<late>LATE)_)?"
    r"(?:anon_(?P<anon>[0-9A-Za-z]+)|(?P<user>\d+))_(?P<file>(?:text|link)\.html)$"
)
MOODLE = re.compile(
    r"^(?:.*/)?(?P<name>[^/_]+)_(?P<id>\d+)_assignsubmission_(?P<plugin>[a-z0-9]+)"
    r"(?:_?/|_)(?P<file>.+)$"
)
MOODLE_GROUP = re.compile(
    r"^(?:.*/)?(?P<name>[^/_]+)_assignsubmission_(?P<plugin>[a-z0-9]+)(?:/|_)(?P<file>.+)$"
)
GRADESCOPE = re.compile(r"^(?:[^/]+/)?(?P<folder>submission_\d+)/(?P<file>.+)$")
BLACKBOARD = re.compile(
    r"^(?:.*/)?(?P<title>[^/]+)_(?P<user>[^/]+?)_attempt_(?P<when>\d{4}(?:-\d\d){5})"
    r"(?:_(?P<file>.+)|(?P<note>\.txt))$"
)
BRIGHTSPACE = re.compile(
    r"^(?:.*/)?(?P<id>\d+-\d+) - (?P<name>.+?) - "
    r"(?P<when>[A-Z][a-z]{2} \d{1,2}, \d{4} \d{1,2}:?\d{2} [AP]M)(?:/| - )(?P<file>.+)$"
)


class _Uploads:
    """Uploads under construction, by what identifies them."""

    def __init__(self) -> None:
        self.found: dict[tuple, Upload] = {}
        self.notes: list[str] = []

    def add(
        self, key: tuple, start: Upload, file: TreeFile, inside: str, late: bool = False
    ) -> None:
        """Add one file to the upload with this key."""
        upload = self.found.get(key, start)
        path, number = PurePosixPath(inside), 1
        while path in upload.files:  # two fields of a form may each hold a file of this name
            number += 1
            path = path.with_name(f"{path.stem} ({number}){path.suffix}")
        upload.files[path], upload.members[path] = file, file.path.as_posix()
        self.found[key] = replace(upload, late=upload.late or late)

    def download(self, platform: str, extra: Iterable[str] = ()) -> Download:
        """Return what was found."""
        return Download(platform, tuple(self.found.values()), (*self.notes, *extra))


def recognise(tree: FileTree, expected: Sequence[str] = ()) -> Download:
    """Group the files of a download by submission.

    Args:
        tree: the members of the archive or folder, as `file_tree.list_archive` returns them.
        expected: names of files that students hand in, so that `ID_gan_pytorch.py` is understood.
    Returns:
        The download, in the format that most of its names follow.
    """
    files = [file for file in tree.files if not _is_left_over(file.path)]
    if any(file.path.name == METADATA for file in files):
        return _gradescope(files)
    readers = {
        "canvas": (CANVAS, CANVAS_TEXT),
        "moodle": (MOODLE, MOODLE_GROUP),
        "gradescope": (GRADESCOPE,),
        "blackboard": (BLACKBOARD,),
        "brightspace": (BRIGHTSPACE,),
    }
    counts = {
        platform: sum(any(p.match(_subject(platform, f)) for p in patterns) for f in files)
        for platform, patterns in readers.items()
    }
    best = max(counts, key=counts.__getitem__)
    if files and 2 * counts[best] >= len(files):
        return PLATFORMS[best](files)
    return _folders(files, expected)


def _subject(platform: str, file: TreeFile) -> str:
    """Return the part of a member's name that a platform's pattern is about."""
    return file.path.name if platform == "canvas" else file.path.as_posix()


def _is_left_over(path: PurePosixPath) -> bool:
    return any(part == "__MACOSX" or part.startswith(("._", ".DS_Store")) for part in path.parts)


def _canvas(files: list[TreeFile]) -> Download:
    uploads = _Uploads()
    for file in files:
        found = CANVAS.match(file.path.name) or CANVAS_TEXT.match(file.path.name)
        if found is None:
            uploads.notes.append(f"{file.path}: not named as Canvas names a file; left out")
            continue
        kind, number = (
            ("canvas_id", found["user"]) if found["user"] else ("anonymous_id", found["anon"])
        )
        start = Upload(({kind: number},), found["name"] or "")
        uploads.add((kind, number), start, file, found["file"], late=bool(found["late"]))
    return uploads.download("canvas")


def _moodle(files: list[TreeFile]) -> Download:
    uploads = _Uploads()
    for file in files:
        text = file.path.as_posix()
        found = MOODLE.match(text)
        if found is not None:
            start = Upload(({"moodle_id": found["id"]},), found["name"])
            uploads.add(("moodle_id", found["id"]), start, file, found["file"])
        elif (group := MOODLE_GROUP.match(text)) is not None:
            start = Upload(({"group": group["name"]},), group["name"])
            uploads.add(("group", group["name"]), start, file, group["file"])
        else:
            uploads.notes.append(f"{file.path}: not named as Moodle names a file; left out")
    return uploads.download("moodle")


def _gradescope(files: list[TreeFile]) -> Download:
    uploads, people, notes = _Uploads(), {}, []
    for file in files:
        if file.path.name == METADATA:
            people, notes = _gradescope_people(file)
    for file in files:
        found = GRADESCOPE.match(file.path.as_posix())
        if found is None:
            if file.path.name != METADATA:
                notes.append(f"{file.path}: not in the folder of a submission; left out")
            continue
        folder = found["folder"]
        start = people.get(folder, Upload(({"folder": folder},), ""))
        uploads.add((folder,), start, file, found["file"])
    empty = [upload for folder, upload in people.items() if (folder,) not in uploads.found]
    made = uploads.download("gradescope", notes)
    return replace(made, uploads=(*made.uploads, *empty))


def _gradescope_people(file: TreeFile) -> tuple[dict[str, Upload], list[str]]:
    """Read who submitted what. A line `...` inside an output splits the file into documents."""
    try:
        text = file.read(MAX_METADATA).decode("utf-8", "replace")
    except RefusedFile as why:
        return {}, [f"{file.path} {why}; its submissions are matched by nothing but their folder"]
    table: dict[str, dict] = {}
    for block in re.split(r"(?m)^(?=submission_\d+:)", text):
        key = re.match(r"(submission_\d+):", block)
        if key:
            table[key[1]] = _gradescope_entry(block)
    return {folder: _gradescope_upload(folder, entry) for folder, entry in table.items()}, []


def _gradescope_entry(block: str) -> dict:
    """Read the few fields that are needed of one submission; its outputs may not be valid YAML."""
    kept = []
    for line in block.splitlines()[1:]:
        if re.match(r"  :(results|history|status|score|id)", line):
            break
        kept.append(line)
    try:
        entry = yaml.safe_load("\n".join(kept))
    except yaml.YAMLError:
        entry = None
    found = entry if isinstance(entry, dict) else {}
    late = re.search(r"(?m)^  :created_at: *(.+)$", block)
    if ":created_at" not in found and late:
        found[":created_at"] = late[1]
    return found


def _gradescope_upload(folder: str, entry: dict) -> Upload:
    listed = entry.get(":submitters")
    submitters = (
        [one for one in listed if isinstance(one, dict)] if isinstance(listed, list) else []
    )
    people = []
    for one in submitters:
        texts = {kind: str(one.get(f":{kind}") or "").strip() for kind in ("sid", "email")}
        people.append({kind: text for kind, text in texts.items() if text})
    name = ", ".join(str(one.get(":name", "")) for one in submitters)
    known = tuple(filter(None, people)) or ({"folder": folder},)
    return Upload(known, name, submitted=_utc(entry.get(":created_at")))


def _utc(value: object) -> datetime | None:
    """Return a time of Gradescope's metadata in UTC; a datetime of YAML is in UTC already."""
    if isinstance(value, datetime):
        return value.astimezone(UTC) if value.tzinfo else value.replace(tzinfo=UTC)
    text = str(value or "").strip().strip("'\"")
    found = re.match(
        r"(\d{4}-\d\d-\d\d)[ T](\d\d:\d\d:\d\d)(?:\.\d+)? ?(Z|UTC|[+-]\d\d:?\d\d)?$", text
    )
    if not found:
        return None
    zone = "+0000" if found[3] in (None, "Z", "UTC") else found[3].replace(":", "")
    return datetime.strptime(f"{found[1]} {found[2]} {zone}", "%Y-%m-%d %H:%M:%S %z").astimezone(
        UTC
    )


def _blackboard(files: list[TreeFile]) -> Download:
    uploads = _Uploads()
    for file in files:
        found = BLACKBOARD.match(file.path.as_posix())
        if found is None:
            uploads.notes.append(f"{file.path}: not named as Blackboard names a file; left out")
        elif not found["note"]:
            start = Upload(({"login": found["user"]},), found["user"], submitted=None)
            uploads.add((found["user"], found["when"]), start, file, found["file"])
    return uploads.download("blackboard")


def _brightspace(files: list[TreeFile]) -> Download:
    uploads = _Uploads()
    for file in files:
        found = BRIGHTSPACE.match(file.path.as_posix())
        if found is None:
            if file.path.name != "index.html":
                uploads.notes.append(
                    f"{file.path}: not named as Brightspace names a file; left out"
                )
            continue
        when = datetime.strptime(found["when"].replace(":", ""), "%b %d, %Y %I%M %p")
        start = Upload(
            ({"name": found["name"]},), found["name"], submitted=when.replace(tzinfo=UTC)
        )
        uploads.add((found["id"], when), start, file, found["file"])
    return uploads.download("brightspace")


def _folders(files: list[TreeFile], expected: Sequence[str] = ()) -> Download:
    """Read a folder or a zip for each student, named by an id, or files named ID_FILE."""
    skip = 1 if _is_wrapped([file.path for file in files], expected) else 0
    names = "|".join(map(re.escape, expected)) or "(?!)"
    loose = re.compile(rf"(?P<student>.+?)[_-](?P<file>{names})", re.IGNORECASE)
    uploads = _Uploads()
    for file in files:
        inner = PurePosixPath(*file.path.parts[skip:])
        if len(inner.parts) > 1:
            student, inside = inner.parts[0], "/".join(inner.parts[1:])
        elif inner.suffix.lower() in ARCHIVES:
            student, inside = inner.name.split(".")[0], inner.name
        elif (named := loose.fullmatch(inner.name)) is not None:
            student, inside = named["student"], named["file"]
        elif is_ignored(inner):
            continue
        else:
            uploads.notes.append(f"{file.path}: in the folder of no student; left out")
            continue
        uploads.add((student,), Upload(({"folder": student},), student), file, inside)
    return uploads.download("folders")


def _is_wrapped(paths: list[PurePosixPath], expected: Sequence[str]) -> bool:
    """Return whether one folder holds the folders or zips of several students."""
    if len({path.parts[0] for path in paths}) != 1 or any(len(path.parts) < 2 for path in paths):
        return False
    wanted = {name.casefold() for name in expected}
    students = {
        path.parts[1]
        for path in paths
        if (len(path.parts) > 2 and path.name.casefold() in wanted)
        or (len(path.parts) == 2 and path.suffix.lower() in ARCHIVES)
    }
    return len(students) > 1


PLATFORMS: dict[str, Callable[[list[TreeFile]], Download]] = {
    "canvas": _canvas,
    "moodle": _moodle,
    "gradescope": _gradescope,
    "blackboard": _blackboard,
    "brightspace": _brightspace,
    "folders": _folders,
}
