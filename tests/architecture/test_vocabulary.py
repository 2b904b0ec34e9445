"""One term for each concept: the words that docs/architecture.md replaced do not come back."""

import re
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
# Old word -> the term to use instead.
REPLACED = {
    "nurseries": "zygotes",
    "breeds": "zygotes",
    "borrows": "import shims",
    "otheruser": "unprivileged runner",
    "lend": "import shim",
    "lends": "import shims",
    "classroom": "planner",
    "nursery": "zygote",
    "Nursery": "Zygote",
    "breed": "zygote",
    "borrowed": "import shims",
    "forkserver": "zygote",
    "TELLING": "identifying",
    "ROOM": "assignment data folder",
    "stand_in": "stub",
    "crew": "backend",
    "crews": "backends",
    "Crew": "Backend",
    "Crews": "backends",
    "Keys": "Fingerprints",
    "Wish": "RegradeOptions",
    "Kept": "stored observations",
    "NOTHING": "no stored observations",
    "mute": "redact",
    "anew": "again",
    "stand_ins": "stubs",
    "shake": "perturb",
    "steady": "well-conditioned",
    "whoever": "name the subject",
    "of ours": "our",
}


def texts() -> list[Path]:
    """Return what a student, an instructor or a contributor reads, without students' code."""
    found = [*ROOT.glob("*.md"), *ROOT.glob("*.ipynb"), *(ROOT / "docs").rglob("*.md")]
    for folder in ("cs231n", "autograder"):
        found += [p for p in (ROOT / folder).rglob("*") if p.suffix in (".py", ".html", ".sh")]
    return sorted([*found, *(ROOT / "assignments").glob("*/*.toml")])


def test_no_replaced_word_is_used():
    """Code, texts and notebooks use the terms of the glossary."""
    pattern = re.compile(rf"\b({'|'.join(REPLACED)})\b")
    found = [
        f"{path.relative_to(ROOT)}:{number}: {match.group()} -> {REPLACED[match.group()]}"
        for path in texts()
        for number, line in enumerate(path.read_text("utf-8").splitlines(), 1)
        for match in pattern.finditer(line)
    ]
    assert found == []
