"""The second assignment: a room of its own on the same engine, its notebook, its training loop."""

import json
import re
import shutil
import sys

import nbformat
import pytest

from autograder.authoring import references
from autograder.authoring.matrix import judge_entry
from autograder.authoring.mistakes import Entry, load_entries
from autograder.config import find_assignment, load_assignments
from autograder.errors import AssignmentError
from autograder.release.course import collect_files
from autograder.release.leak_check import telling_lines, unfinished_stubs
from cs231n.checks import __main__ as command
from cs231n.engine.judging.compare import differing
from cs231n.engine.probes import observe
from cs231n.engine.reference_data import load_reference_data
from helpers.course import points_lost, public_verdicts

ASSIGNMENT = find_assignment("first-gan")
POINTS = {task.name: task.points for task in ASSIGNMENT.tasks}
MISTAKES, VARIANTS = (load_entries(ASSIGNMENT, folder) for folder in ("mistakes", "variants"))
SOLUTION = ASSIGNMENT.solution.read_bytes()
NOTEBOOK = ASSIGNMENT.repository / ASSIGNMENT.notebook


@pytest.fixture(scope="module")
def public():
    """The public reference data as they stand in the repository."""
    return load_reference_data(ASSIGNMENT.public_checks)


@pytest.fixture(scope="module")
def hidden():
    """The hidden reference data as they stand in the repository."""
    return load_reference_data(ASSIGNMENT.hidden_checks)


@pytest.fixture(scope="module")
def solution():
    """The reference solution as a module."""
    return references.load_solution(ASSIGNMENT)


# --- the table ------------------------------------------------------------------------------------


def test_every_room_is_found_by_its_name():
    """Each folder below assignments/ is one assignment; `order` decides which is first."""
    names = [assignment.name for assignment in load_assignments()]
    assert names[0] == "gans" and "first-gan" in names and len(set(names)) == len(names)
    with pytest.raises(AssignmentError, match="no assignment 'gan'; there are gans, first-gan"):
        find_assignment("gan")


def test_two_assignments_cannot_share_a_module(tmp_path):
    """Two assignments with one module would overwrite each other's work: that is refused."""
    for folder in (tmp_path / "assignments" / name for name in ("first", "copy")):
        folder.mkdir(parents=True)
        shutil.copy(ASSIGNMENT.table, folder)
    text = ASSIGNMENT.table.read_text()
    other = text.replace('"first-gan"', '"other"').replace("First-GAN.ipynb", "Other.ipynb")
    (folder / "assignment.toml").write_text(other)
    with pytest.raises(AssignmentError, match="two assignments have module = first_gan"):
        load_assignments(tmp_path)


def test_no_code_asks_for_an_assignments_name():
    """Engine and grader compare with no assignment's, task's or module's name."""
    names = "|".join([*POINTS, "first.gan", "first_gan", "gans?", "gan_pytorch", "discriminator"])
    files = [*(ASSIGNMENT.repository / "cs231n" / "engine").rglob("*.py")]
    for package in ("authoring", "grading"):
        files += (ASSIGNMENT.repository / "autograder" / package).rglob("*.py")
    for path in files:
        assert not re.search(rf"""(==|!=|\bin)\s*["'({{\[]*({names})["']""", path.read_text()), path


def test_stubs_are_unwritten_and_the_solution_is_found_by_its_lines(tmp_path):
    """A finished function or class is named; each task of the solution has telling lines."""
    assert unfinished_stubs(ASSIGNMENT.stub, ASSIGNMENT) == []
    assert len(unfinished_stubs(ASSIGNMENT.solution, ASSIGNMENT)) == len(POINTS)
    lines = telling_lines(ASSIGNMENT)
    parts = re.split(r"\n(?=def |class )", ASSIGNMENT.solution.read_text())
    for name in POINTS:
        (part,) = (p for p in parts if re.match(rf"(def|class) {name}\b", p))
        assert any(line in part for line in lines), name
    assert not any(line in NOTEBOOK.read_text() for line in lines)


def test_what_ships_is_complete():
    """The allow-list names files that exist, this assignment's own among them."""
    files = collect_files(ASSIGNMENT)
    assert {"First-GAN.ipynb", "first-gan-checks.npz", "cs231n/first_gan.py"} <= {*files}
    assert not [name for name in files if "hidden" in name or "solution" in name]


# --- what the checks say --------------------------------------------------------------------------


@pytest.mark.parametrize("entry", MISTAKES, ids=lambda entry: entry.name)
def test_a_mistake_loses_just_its_marks_and_is_named(entry, public):
    """A mistake costs exactly the marks that its file names, and a finding names it."""
    verdicts = public_verdicts(ASSIGNMENT, entry, public)
    assert points_lost(ASSIGNMENT, verdicts) == entry.loses
    for task in entry.loses:
        findings = verdicts[task].findings
        assert entry.says in [f.text for f in findings if f.mistake == entry.name]


REMARKS = {
    "block_without_bias": ["fewer_parameters"],
    "generator_flat": ["part_children"],
    "loss_labels_by_size": ["remark_float64", "remark_unequal"],
    "loss_one_criterion": ["remark_unequal"],
}


@pytest.mark.parametrize("entry", VARIANTS, ids=lambda entry: entry.name)
def test_a_right_variant_keeps_every_mark(entry, public):
    """However it is written, a right solution passes; only what is fragile gets a remark."""
    assert entry.loses == {}
    verdicts = public_verdicts(ASSIGNMENT, entry, public)
    assert {v.status for v in verdicts.values()} == {"passed"}
    found = {f.code for v in verdicts.values() for f in v.findings}
    assert sorted(found) == REMARKS.get(entry.name, [])


def test_the_catalogue_is_large():
    """There are at least 30 mistakes, several for each task, all of them named, and 15 variants."""
    assert len(MISTAKES) >= 30 and len(VARIANTS) >= 15
    for task in POINTS:
        assert sum(task in entry.loses for entry in MISTAKES) >= 5, task
    assert all(entry.named for entry in MISTAKES)


@pytest.mark.parametrize("entry", MISTAKES + VARIANTS, ids=lambda entry: entry.name)
def test_a_sentence_is_a_sentence(entry):
    """What a student reads begins with a capital, ends with a full stop and holds no code."""
    assert re.fullmatch(r"[A-Z].*\.", entry.says) and len(entry.says) < 260
    assert not re.search(r"\bnn\.\w+\([^)]|\breturn\b|\bself\.", entry.says)


def verdict_on(text: str, task: str, public):
    """The verdict on what stands in `text`, on top of the solution."""
    source = SOLUTION + b'\n\n"""Added."""\n' + text.encode()
    return judge_entry(ASSIGNMENT, Entry("x", "X.", {}, False, source), [task], public)[task]


BROKEN_PARTS = """
def get_generator_block(input_dim, output_dim):
    return nn.Linear(input_dim, output_dim)

def get_discriminator_block(input_dim, output_dim):
    raise NotImplementedError

def get_noise(n_samples, z_dim, device="cpu"):
    raise NotImplementedError
"""


@pytest.mark.parametrize("task", ["Generator", "Discriminator", "get_disc_loss", "get_gen_loss"])
def test_a_broken_part_costs_nothing_where_it_is_used(task, public):
    """Networks of wrong or missing blocks, and losses without noise, are judged for themselves."""
    verdict = verdict_on(BROKEN_PARTS, task, public)
    assert verdict.status == "passed"
    remarks = [f.text for f in verdict.findings]
    blocks = {"Generator": "get_generator_block", "Discriminator": "get_discriminator_block"}
    if task in blocks:
        assert remarks == [f"Right in itself; but what it is built of is not. See {blocks[task]}."]
    else:
        assert remarks == []


def test_a_wrong_network_of_wrong_blocks_still_fails(public):
    """Stand-ins for the blocks forgive the blocks, not the network."""
    text = BROKEN_PARTS + (
        "\nclass Generator(Generator):\n    def forward(self, z):\n        return -self.gen(z)\n"
    )
    assert verdict_on(text, "Generator", public).fraction == 0


@pytest.mark.parametrize("task", ["Generator", "Discriminator"])
def test_everybody_is_called_without_arguments(task, public, hidden):
    """Default values are judged in the public checks, which all meet, and in no drawn case."""
    bare = [case["id"] for case in public.task(task)["cases"] if not case["args"]]
    assert bare == [f"{task}.public.defaults", f"{task}.public.defaults.apart"]
    assert all(case["args"] for case in hidden.task(task)["cases"])


OTHER_BLOCKS = {
    "input_dim, output_dim, bias=False": ["fewer_parameters"],
    "input_dim, output_dim, bias=True": [],
    "input_dim, output_dim + 1": ["parts_wrong"],
}


@pytest.mark.parametrize("sizes", OTHER_BLOCKS)
def test_other_blocks_do_not_pass_for_other_defaults(sizes, public):
    """What is odd or wrong in the blocks is said once, and not of the call without arguments."""
    text = f"""
def get_generator_block(input_dim, output_dim):
    return nn.Sequential(nn.Linear({sizes}), nn.BatchNorm1d(output_dim), nn.ReLU())
"""
    verdict = verdict_on(text, "Generator", public)
    assert (verdict.fraction, [f.code for f in verdict.findings]) == (1.0, OTHER_BLOCKS[sizes])
    text += """
class Generator(Generator):
    def __init__(self, z_dim=9, im_dim=784, hidden_dim=128):
        super().__init__(z_dim, im_dim, hidden_dim)
"""
    verdict = verdict_on(text, "Generator", public)
    assert verdict.fraction == 0.8 and verdict.findings[0].code == "wrong_defaults"


def test_a_network_that_is_kept_is_shared_whatever_its_blocks_are(public):
    """Stand-ins do not excuse one network for every call, of right blocks or of wrong ones."""
    text = """
KEPT, MADE = {}, Generator
def Generator(*sizes):
    key = (*sizes, get_generator_block)
    if key not in KEPT:
        KEPT[key] = MADE(*sizes)
    return KEPT[key]
"""
    for blocks in ("", BROKEN_PARTS):
        verdict = verdict_on(blocks + text, "Generator", public)
        assert verdict.fraction == 0.5 and "shared" in [f.code for f in verdict.findings]


def test_not_attempted_on_another_device_costs_what_a_fixed_device_costs(public):
    """And a loss whose gradients arrive is not taken for one that cuts them off."""
    text = """
LOSS = get_gen_loss
def get_gen_loss(gen, disc, criterion, num_images, z_dim, device):
    if device == "meta":
        raise NotImplementedError
    return LOSS(gen, disc, criterion, num_images, z_dim, device)
"""
    verdict = verdict_on(text, "get_gen_loss", public)
    assert verdict.fraction == 0.8
    assert [f.mistake for f in verdict.findings] == [None]


def test_noise_without_get_noise_is_judged_by_its_law(public):
    """Any normal noise will do in a loss; uniform noise is found out, right as the value is."""
    loss = """
def get_gen_loss(gen, disc, criterion, num_images, z_dim, device):
    fake = disc(gen(NOISE))
    return criterion(fake, torch.ones_like(fake))
"""
    right = loss.replace("NOISE", "torch.randn(num_images, z_dim).to(device)")
    wrong = loss.replace("NOISE", "torch.rand(num_images, z_dim).to(device)")
    assert verdict_on(right, "get_gen_loss", public).status == "passed"
    assert verdict_on(wrong, "get_gen_loss", public).findings[0].code == "loss_noise"


@pytest.mark.parametrize("scale", [0.95, 1.05])
def test_a_deviation_that_is_a_little_off_is_found(scale, public):
    """Five hundredths are too much, for noise itself and for what a loss draws on its own."""
    noise = f"def get_noise(n, z_dim, device='cpu'):\n    return {scale} * torch.randn(n, z_dim, "
    verdict = verdict_on(noise + "device=device)\n", "get_noise", public)
    assert verdict.fraction == 0 and verdict.findings[0].code == "not_normal"
    loss = f"""
def get_gen_loss(gen, disc, criterion, num_images, z_dim, device):
    fake = disc(gen({scale} * torch.randn(num_images, z_dim, device=device)))
    return criterion(fake, torch.ones_like(fake))
"""
    assert verdict_on(loss, "get_gen_loss", public).findings[0].code == "loss_noise"


def test_the_same_noise_twice_is_found(public):
    """A loss that draws its noise once and for all trains on one set of fakes only."""
    text = """
KEPT = {}
def get_gen_loss(gen, disc, criterion, num_images, z_dim, device):
    if (num_images, z_dim, str(device)) not in KEPT:
        KEPT[num_images, z_dim, str(device)] = get_noise(num_images, z_dim, device=device)
    fake = disc(gen(KEPT[num_images, z_dim, str(device)]))
    return criterion(fake, torch.ones_like(fake))
"""
    findings = verdict_on(text, "get_gen_loss", public).findings
    assert [f.code for f in findings] == ["repeated"]  # and no known mistake beside it


FREEZING = """
def get_disc_loss(gen, disc, criterion, real, num_images, z_dim, device):
    FREEZE
    fake, true = disc(gen(get_noise(num_images, z_dim, device=device)).detach()), disc(real)
    return (criterion(fake, torch.zeros_like(fake)) + criterion(true, torch.ones_like(true))) / 2
"""
THAWING = """
LOSS = get_gen_loss
def get_gen_loss(gen, *others):
    gen.requires_grad_(True)
    return LOSS(gen, *others)
"""


@pytest.mark.parametrize("freeze", ["gen.requires_grad_(False)", "gen.w.requires_grad = False"])
def test_a_network_that_stays_frozen_is_found(freeze, public):
    """A loss that is right in itself and ends the learning of a weight costs half, and says so."""
    verdict = verdict_on(FREEZING.replace("FREEZE", freeze), "get_disc_loss", public)
    assert verdict.fraction == 0.5 and verdict.findings[0].code == "left_frozen"
    assert "afterwards the generator cannot learn any more" in verdict.findings[0].text


@pytest.mark.parametrize("other", ["raise SystemExit", "raise NotImplementedError", "return None"])
def test_only_the_loss_that_comes_next_may_thaw(other, public):
    """What one loss freezes and the other thaws is right; another that is broken thaws nothing."""
    text = FREEZING.replace("FREEZE", "gen.requires_grad_(False)")
    assert verdict_on(text + THAWING, "get_disc_loss", public).status == "passed"
    text += f"\ndef get_gen_loss(*given):\n    {other}\n"
    assert verdict_on(text, "get_disc_loss", public).findings[0].code == "left_frozen"


def test_a_seed_inside_a_loss_is_found(public):
    """A loss that seeds the random numbers makes the same fakes in every step."""
    text = """
def get_gen_loss(gen, disc, criterion, num_images, z_dim, device):
    torch.manual_seed(42)
    fake = disc(gen(get_noise(num_images, z_dim, device=device)))
    return criterion(fake, torch.ones_like(fake))
"""
    assert verdict_on(text, "get_gen_loss", public).findings[0].code == "repeated"


def test_a_loss_that_fails_elsewhere_costs_what_it_did_although_it_prints(public):
    """Who prints the loss is judged by where his labels are, not by that."""
    text = """
def get_gen_loss(gen, disc, criterion, num_images, z_dim, device):
    fake = disc(gen(get_noise(num_images, z_dim, device=device)))
    loss = criterion(fake, torch.ones(num_images, 1))
    print(loss.item())
    return loss
"""
    assert "fixed_device" in [f.code for f in verdict_on(text, "get_gen_loss", public).findings]


# --- the answers ----------------------------------------------------------------------------------


def test_stored_help_is_that_of_the_room(public):
    """The public file holds each mistake that a check must know, and all hints."""
    stored = {
        (t["name"], m["name"], m["says"]) for t in public.spec["tasks"] for m in t["mistakes"]
    }
    assert stored == {(t, e.name, e.says) for e in MISTAKES if e.named for t in e.loses}
    for task in ASSIGNMENT.tasks:
        hints = public.task(task.name)["hints"]
        assert hints == list(task.hints) and len(hints) == 3
        assert hints[0].endswith("?") and hints[1].startswith("Look at")
        assert not any(re.search(r"\w\(|[=\[\]`]|\bnn\.", hint) for hint in hints)
    assert ASSIGNMENT.public_checks.stat().st_size < 300_000


def test_hidden_cases_are_a_pool_of_others(public, hidden):
    """No hidden case repeats a public one; each task has as many entries as the table says."""
    for task in public.spec["tasks"]:
        pool = hidden.pool(task["name"])
        assert len(pool) == ASSIGNMENT.references.hidden_case_pool
        seeds = {entry[0]["seed"] for entry in pool}
        assert len(seeds) == len(pool) and not seeds & {case["seed"] for case in task["cases"]}


@pytest.mark.parametrize("task", POINTS)
def test_answers_are_fresh_and_the_solution_is_far_inside(task, solution, public, hidden):
    """Running the reference again gives the stored values; float32 stays close to them."""
    for answers, count in ((public, None), (hidden, 3)):
        table = answers.task(task)
        for case in table["cases"][:count]:
            facts, want = answers.expectation(table, case["id"])
            again, arrays = references.reference_observation(solution, case)
            assert again == facts and arrays.keys() == want.keys()
            assert differing(case["kind"], arrays, want, 0.1) == []
            if case.get("device") != "meta" and case["kind"] != "noise":
                plain = {name: a for name, a in want.items() if not name.startswith("batch")}
                assert differing(case["kind"], observe(solution, case)[1], plain, 0.3) == []


def test_hidden_cases_pass_the_solution(public, hidden):
    """With a handful of hidden entries the reference earns every mark, without a remark."""
    entry = Entry("solution", "S.", {}, False, SOLUTION)
    verdicts = judge_entry(ASSIGNMENT, entry, list(POINTS), public, hidden, 5)
    assert {(v.status, v.findings) for v in verdicts.values()} == {("passed", ())}


def test_the_docs_hold_every_mistake():
    """docs/first-gan-mistakes.md is fresh: names, marks and sentences of all files."""
    text = (ASSIGNMENT.repository / "docs" / "first-gan-mistakes.md").read_text("utf-8")
    rows = re.findall(r"^\| `(\w+)` \|", text, re.MULTILINE)
    assert len(rows) == len(MISTAKES)
    assert all(e.says in text for e in MISTAKES if e.named)
    assert all(f"- `{e.name}`: {e.says}" in text for e in VARIANTS)


def test_checks_find_the_assignments_of_a_folder(tmp_path, monkeypatch, capsys):
    """`python -m cs231n.checks` checks what lies in the folder; a name picks its assignment."""
    monkeypatch.chdir(tmp_path)
    for name in ("first_gan", "gan_pytorch"):  # other tests put solutions in their place
        monkeypatch.delitem(sys.modules, f"cs231n.{name}", raising=False)
    assert command.main([]) == 2
    assert "no *-checks.npz in" in capsys.readouterr().err
    shutil.copy(ASSIGNMENT.public_checks, tmp_path)
    shutil.copy(find_assignment("gans").public_checks, tmp_path)
    assert command.main(["get_noise", "sample_noise"]) == 1
    out = capsys.readouterr().out
    assert "get_noise: not attempted (0/10)" in out and "sample_noise: not attempted (0/5)" in out
    assert command.main(["get_noize"]) == 2
    assert (
        "error: no task 'get_noize'; the tasks are get_generator_block" in capsys.readouterr().err
    )


# --- the notebook ---------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def notebook():
    """The notebook of the assignment."""
    return nbformat.read(NOTEBOOK, as_version=4)


def test_notebook_is_canonical_and_clean(notebook):
    """Byte for byte what nbformat writes, valid, without outputs; ids are made of words."""
    assert NOTEBOOK.read_text("utf-8") == nbformat.writes(notebook) + "\n"
    nbformat.validate(notebook)
    assert notebook.metadata.kernelspec.name == "python3"
    ids = [cell.id for cell in notebook.cells]
    assert len(set(ids)) == len(ids)
    assert all(re.fullmatch(r"[a-z]+(-[a-z0-9]+)*", name) for name in ids)
    for cell in notebook.cells:
        assert cell.cell_type == "markdown" or (not cell.outputs and cell.execution_count is None)


def test_notebook_grades_the_tasks_and_questions_of_the_table(notebook):
    """One locked line per task and an open answer per question, with the points of the table."""
    graded = [c for c in notebook.cells if "nbgrader" in c.metadata]
    code = [c for c in graded if c.cell_type == "code"]
    assert [c.source for c in code] == [f'check("{name}")' for name in POINTS]
    facts = {c.metadata.nbgrader.grade_id: c.metadata.nbgrader.points for c in graded}
    assert facts == POINTS | {q.grade_id: q.points for q in ASSIGNMENT.questions}
    assert sum(facts.values()) == 100
    text = "\n".join(c.source for c in notebook.cells if c.cell_type == "markdown")
    headings = re.findall(r"^### Task (\d+): `(\w+)` \((\d+) points\)$", text, re.MULTILINE)
    assert headings == [(str(i), n, str(p)) for i, (n, p) in enumerate(POINTS.items(), 1)]


@pytest.mark.slow
def test_a_student_can_finish(tmp_path, monkeypatch):
    """With the solution in place all cells run, headless and short, and every check passes."""
    from nbclient import NotebookClient

    for name in collect_files(ASSIGNMENT):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(ASSIGNMENT.repository / name, tmp_path / name)
    shutil.copyfile(ASSIGNMENT.solution, tmp_path / "cs231n" / "first_gan.py")
    for name, value in {"GANS_SHORT": "12", "OMP_NUM_THREADS": "2", "PYTHONPATH": ""}.items():
        monkeypatch.setenv(name, value)
    book = nbformat.read(NOTEBOOK, as_version=4)
    NotebookClient(book, timeout=300, resources={"metadata": {"path": tmp_path}}).execute()
    shown = {c.id: json.dumps(c.outputs) for c in book.cells if c.cell_type == "code"}
    for cell in book.cells:
        if cell.cell_type == "code" and "nbgrader" in cell.metadata:
            assert "passed" in shown[cell.id], shown[cell.id]
    assert "step 12 of 12" in shown["train"] and "done after" in shown["train"]
    assert "The generator's weights have moved by" in shown["means"]
    for name, pictures in {"data": 1, "show": 2, "truncation": 2, "interpolation": 1}.items():
        assert shown[name].count('"image/png":') == pictures * 2, name  # data and its metadata
