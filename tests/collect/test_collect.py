"""Downloads of learning platforms end up in the right folders of a course, and nothing is lost."""

import io
import json
import stat
import zipfile
from pathlib import Path, PurePosixPath

import pytest

from autograder.collect.collect import CollectError, collect, origins
from autograder.collect.matching import people_of, similar_ids
from autograder.config import load_assignments
from autograder.export.roster import read_class_list
from autograder.fsutil import RefusedFile
from autograder.submission import file_tree
from autograder.submission.file_tree import list_archive, read_archive, read_folder
from helpers import downloads
from helpers.downloads import Student

GANS, FIRST_GAN = load_assignments()
MODULE = b"x = 1\n"
NAMES = [
    ("Ann", "Bell"),
    ("Zoë", "Müller"),
    ("美玲", "王"),
    ("José María", "O'Neil-Pérez"),
    ("Bo", "Li_Chen"),
]


def the_class(count: int = 44) -> list[Student]:
    """A class with late, empty, nested, loose and Unicode submissions, and one stranger."""
    students = []
    for number in range(1, count + 1):
        first, last = NAMES[number % len(NAMES)]
        files = {
            0: {"gan_pytorch.py": MODULE, "GANs-PyTorch.ipynb": b"{}"},
            1: {"cs231n/gan_pytorch.py": MODULE, "GANs-PyTorch.ipynb": b"{}"},
            2: {"gans-submission.zip": downloads.pack({"cs231n/gan_pytorch.py": MODULE})},
            3: {
                "work.zip": downloads.pack(
                    {"deep/inner.zip": downloads.pack({"gan_pytorch.py": MODULE})}
                )
            },
        }[number % 4]
        students.append(Student(number, first, last, files, late=number % 7 == 0))
    students[4] = Student(5, "Nobody", "Listed", students[4].files, listed=False)
    return students


PLATFORMS = {
    "canvas": (downloads.canvas, downloads.canvas_list, ("Student", "ID", "SIS Login ID")),
    "moodle": (downloads.moodle, downloads.moodle_list, ("Identifier", "Full name")),
    "gradescope": (downloads.gradescope, downloads.gradescope_list, ("SID", "Email")),
}


def people(tmp_path: Path, text: str, wanted: tuple[str, ...]) -> list:
    (tmp_path / "list.csv").write_text(text, "utf-8")
    return people_of(read_class_list(tmp_path / "list.csv", wanted))


def write(path: Path, data: bytes) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)
    return path


def run(course: Path, *sources: Path, listed=(), **options):
    return collect(course, GANS, [FIRST_GAN], sources, listed, **options)


def placed(course: Path, student: str) -> dict[str, bytes]:
    """The files of one student in the course."""
    folder = course / "submitted" / student / "gans"
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file()
    }


@pytest.mark.parametrize("platform", PLATFORMS)
def test_collect_places_every_upload_of_a_platform(platform, tmp_path):
    """Every listed student's files lie in their folder; the stranger is one line."""
    pack, listing, wanted = PLATFORMS[platform]
    students = the_class()
    archive = write(tmp_path / "download.zip", pack(students))
    done = run(tmp_path, archive, listed=people(tmp_path, listing(students), wanted))
    assert list(done.platforms.values()) == [platform]
    for student in students:
        files = placed(tmp_path, student.login)
        if not student.listed:
            assert files == {}
            continue
        want = set(student.files.values())
        assert want <= set(files.values()), student
    assert [line for line in done.problems if "not in the class list" in line] == done.problems
    assert len(done.problems) == 1
    assert sorted(path.name for path in (tmp_path / "submitted").iterdir()) == sorted(
        student.login for student in students if student.listed
    )


def test_collect_takes_the_time_from_gradescope(tmp_path):
    """timestamp.txt holds the time of submission in UTC, in the form that nbgrader reads."""
    student = the_class()[0]
    archive = write(tmp_path / "export.zip", downloads.gradescope([student]))
    run(tmp_path, archive)
    text = placed(tmp_path, student.login)["timestamp.txt"].decode()
    assert text == f"{student.submitted:%Y-%m-%d %H:%M:%S}.000000 UTC"


def test_second_download_imports_what_is_new_and_keeps_the_earlier_attempt(tmp_path):
    """An unchanged upload stays, a newer one takes its place, and the earlier one is kept aside."""
    first = the_class()[:3]
    listed = people(tmp_path, downloads.canvas_list(first), ("ID",))
    run(tmp_path, write(tmp_path / "one.zip", downloads.canvas(first)), listed=listed)
    changed = Student(
        first[0].number, first[0].first, first[0].last, {"gan_pytorch-1.py": b"y = 2\n"}
    )
    done = run(
        tmp_path,
        write(tmp_path / "two.zip", downloads.canvas([changed, *first[1:]])),
        listed=listed,
    )
    assert sorted(row.state for row in done.rows) == ["newer", "unchanged", "unchanged"]
    assert placed(tmp_path, changed.login) == {"gan_pytorch-1.py": b"y = 2\n"}
    earlier = [
        path.read_bytes()
        for path in (tmp_path / ".autograder/collected/gans/earlier" / changed.login).rglob("*")
        if path.is_file()
    ]
    assert earlier == list(first[0].files.values())


def test_newest_of_several_attempts_counts(tmp_path):
    """Of two attempts in two downloads the one with the later time of submission is placed."""
    old, new = (
        Student(1, "Ann", "Bell", {"a.py": b"1"}),
        Student(1, "Ann", "Bell", {"a.py": b"2"}, late=True),
    )
    sources = [
        write(tmp_path / "new.zip", downloads.gradescope([new])),
        write(tmp_path / "old.zip", downloads.gradescope([old])),
    ]
    done = run(tmp_path, *sources)
    assert placed(tmp_path, old.login)["a.py"] == b"2"
    assert sorted(row.state for row in done.rows) == ["new", "older attempt"]


def test_dry_run_changes_nothing(tmp_path):
    """--dry-run shows the table that a run would print, and writes no file."""
    students = the_class()[:5]
    archive = write(tmp_path / "x" / "download.zip", downloads.folders(students))
    done = run(tmp_path / "course", archive, dry_run=True)
    assert [row.state for row in done.rows] == ["new"] * 5
    assert not (tmp_path / "course").exists()


def test_submission_for_another_assignment_is_named(tmp_path):
    """A submission for first-gan among those for gans is one line, and is not placed."""
    files = {"alice/first_gan.py": b"x", "bob/gan_pytorch.py": b"y"}
    done = run(tmp_path, write(tmp_path / "d.zip", downloads.pack(files)))
    assert done.problems == [
        "d.zip: alice/first_gan.py: wrong assignment: this is a submission for first-gan"
    ]
    assert placed(tmp_path, "alice") == {} and placed(tmp_path, "bob")


def test_upload_without_files_is_named(tmp_path):
    """A submission that holds nothing but a folder of git is one line."""
    done = run(tmp_path, write(tmp_path / "d.zip", downloads.pack({"alice/.git/config": b""})))
    assert [row.state for row in done.rows] == ["empty"]
    assert "files of tools left out" in done.problems[0]


def test_two_rows_with_one_id_are_named(tmp_path):
    """An id that two rows of the class list share matches nobody."""
    students = [Student(1, "Ann", "Bell", {"gan_pytorch.py": MODULE}), Student(2, "Bo", "Li")]
    text = downloads.canvas_list(students).replace("10002", "10001")
    archive = write(tmp_path / "d.zip", downloads.canvas(students))
    done = run(tmp_path, archive, listed=people(tmp_path, text, ("ID",)))
    assert done.problems == [
        "d.zip: bellann_10001_900001_gan_pytorch.py: not matched: Canvas id 10001: fits student01 "
        "and student02 in the class list; correct the list"
    ]


def test_name_alone_identifies_nobody(tmp_path):
    """An anonymous Canvas upload is not placed by guessing."""
    archive = write(
        tmp_path / "d.zip", downloads.pack({"anon_aB3dE_900004_gan_pytorch.py": MODULE})
    )
    done = run(tmp_path, archive)
    assert "only a name" not in "".join(done.problems) or done.rows[0].state == "not matched"
    assert done.rows[0].state == "not matched" and not (tmp_path / "submitted").exists()


@pytest.mark.parametrize("name", ["..", "a/../../b", ".hidden", "con:", "x" * 200])
def test_unsafe_ids_name_no_folder(name, tmp_path):
    """An id that would lead out of `submitted`, or cannot name a folder, is a line."""
    files = {f"{name}/gan_pytorch.py": MODULE, "fine/gan_pytorch.py": MODULE}
    done = run(tmp_path, write(tmp_path / "d.zip", downloads.pack(files)))
    assert sorted(p.name for p in (tmp_path / "submitted").iterdir()) == ["fine"]
    assert [row.student for row in done.rows if row.state == "new"] == ["fine"]


def test_ids_that_look_alike_are_named(tmp_path):
    """A second student whose id differs only in case or accents is reported."""
    (tmp_path / "submitted" / "Zoë").mkdir(parents=True)
    done = run(tmp_path, write(tmp_path / "d.zip", downloads.pack({"zoe/gan_pytorch.py": MODULE})))
    assert any("the course already has 'Zoë'" in line for line in done.problems)
    assert similar_ids(["a b"], ["AB", "c"]) == {"a b": ["AB"]}


def test_origin_of_each_submission_is_recorded(tmp_path):
    """The names in the download are kept, for feedback to go back under them."""
    students = the_class()[:2]
    listed = people(tmp_path, downloads.moodle_list(students), ("Identifier",))
    run(tmp_path, write(tmp_path / "d.zip", downloads.moodle(students)), listed=listed)
    found = origins(tmp_path, GANS)
    assert sorted(found) == ["student01", "student02"]
    member = "Zoë Müller_501_assignsubmission_file/cs231n/gan_pytorch.py"
    assert found["student01"]["platform"] == "moodle"
    assert member in found["student01"]["members"].values()
    assert json.loads(json.dumps(found)) == found


def test_exchange_files_of_an_upload_are_left_out(tmp_path):
    """A timestamp.txt in an upload would decide about lateness, so it is not placed."""
    files = {"alice/gan_pytorch.py": MODULE, "alice/timestamp.txt": b"2020-01-01 00:00:00 UTC"}
    done = run(tmp_path, write(tmp_path / "d.zip", downloads.pack(files)))
    assert sorted(placed(tmp_path, "alice")) == ["gan_pytorch.py"]
    assert any("timestamp.txt: left out" in line for line in done.notes)


def test_folder_of_zips_named_by_id(tmp_path):
    """A folder with ID.zip for each student is read like a download."""
    for name in ("alice", "bob"):
        write(tmp_path / "in" / f"{name}.zip", downloads.pack({"gan_pytorch.py": name.encode()}))
    run(tmp_path, tmp_path / "in")
    assert sorted(placed(tmp_path, "alice")) == ["alice.zip"]
    assert sorted(p.name for p in (tmp_path / "submitted").iterdir()) == ["alice", "bob"]


def test_single_zip_of_one_student(tmp_path):
    """The zip of one student, named by the id, is one submission."""
    files = {"cs231n/gan_pytorch.py": MODULE, "GANs-PyTorch.ipynb": b"{}"}
    run(tmp_path, write(tmp_path / "alice.zip", downloads.pack(files)))
    assert sorted(placed(tmp_path, "alice")) == ["alice.zip"]


def test_virtual_environment_hides_nothing(tmp_path):
    """Thousands of files of a virtual environment are left out; the student's file is placed."""
    files = {f"alice/venv/lib/f{n}.py": b"" for n in range(3000)}
    files["alice/src/gan_pytorch.py"] = MODULE
    run(tmp_path, write(tmp_path / "d.zip", downloads.pack(files)))
    assert sorted(placed(tmp_path, "alice")) == ["src/gan_pytorch.py"]


def hostile(kind: str) -> dict[str, bytes]:
    """Members of one bad submission beside a good one."""
    bomb = io.BytesIO()
    with zipfile.ZipFile(bomb, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("gan_pytorch.py", b"\0" * (300 << 20))
    return {
        "slip": {"eve/../../../evil.py": b"x", "/eve/abs.py": b"x", "eve\\..\\..\\e.py": b"x"},
        "bomb": {"eve/big.zip": bomb.getvalue()},
        "large": {"eve/gan_pytorch.py": b"\0" * (210 << 20)},
        "names": {f"eve/f{n}.py": b"" for n in range(100_000)},
        "encoding": {"eve/\udce4\udcff.py".encode("utf-8", "replace").decode(): b"x"},
        "damaged": {"eve/gans.zip": b"PK\x03\x04 not a zip"},
    }[kind]


@pytest.mark.slow
@pytest.mark.parametrize("kind", ["slip", "bomb", "large", "names", "encoding", "damaged"])
def test_hostile_upload_affects_only_itself(kind, tmp_path):
    """The good submission beside it is placed, and nothing is written outside the course."""
    course = tmp_path / "a" / "b" / "course"
    files = {**hostile(kind), "alice/gan_pytorch.py": MODULE}
    run(course, write(tmp_path / "d.zip", downloads.pack(files)))
    assert placed(course, "alice") == {"gan_pytorch.py": MODULE}
    outside = [p for p in tmp_path.rglob("*.py") if course not in p.parents]
    assert outside == []
    eve = course / "submitted" / "eve" / "gans"
    assert sum(1 for _ in eve.rglob("*")) <= 2_001


def test_links_in_archives_are_refused(tmp_path):
    """A link in a zip is never made on disk."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        link = zipfile.ZipInfo("eve/gan_pytorch.py")
        link.external_attr, link.create_system = (stat.S_IFLNK | 0o777) << 16, 3
        archive.writestr(link, "/etc/passwd")
        archive.writestr("alice/gan_pytorch.py", MODULE)
    tree = list_archive(buffer.getvalue())
    assert [str(file.path) for file in tree.files] == ["alice/gan_pytorch.py"]
    assert tree.refused == ["eve/gan_pytorch.py is a link"]


def test_duplicate_names_count_once():
    """Of two members with one name the first counts, and the other is a line."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive, pytest.warns(UserWarning):
        archive.writestr("a/b.py", b"1")
        archive.writestr("a/b.py", b"2")
    tree = list_archive(buffer.getvalue())
    assert [file.read(10) for file in tree.files] == [b"1"]
    assert tree.refused == ["a/b.py is in the archive twice; the first one counts"]


def test_what_is_no_archive_is_one_line(tmp_path):
    """A damaged download raises one line that says what was expected."""
    for source in (write(tmp_path / "d.zip", b"PK nonsense"), tmp_path / "missing.zip"):
        with pytest.raises(CollectError, match="expected"):
            run(tmp_path, source)


def test_zips_in_zips_are_read_to_a_depth(tmp_path):
    """A file in a zip in a zip is found; a quine of zips ends."""
    data = downloads.pack({"a.py": b"1"})
    for level in range(5):
        data = downloads.pack({f"level{level}.zip": data})
    tree = read_archive(data, PurePosixPath("top.zip"))
    assert len(tree.files) <= file_tree.MAX_DEPTH + 1
    write(tmp_path / "s" / "x.zip", downloads.pack({"in.zip": downloads.pack({"a.py": b"1"})}))
    found = {str(f.path) for f in read_folder(tmp_path, tmp_path / "s").files}
    assert found == {"x.zip", "x.zip/in.zip", "x.zip/in.zip/a.py"}


def test_file_that_lies_about_its_size_is_refused():
    """The bytes are counted while they are read, whatever the directory of the zip says."""
    data = bytearray(downloads.pack({"a.py": b"\0" * 100_000}))
    at = data.rindex(b"PK\x01\x02")
    data[at + 24 : at + 28] = (10).to_bytes(4, "little")
    with pytest.raises(RefusedFile):
        list_archive(bytes(data)).files[0].read(1000)
