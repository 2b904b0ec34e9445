"""What may import what: declared packages only, a guest that stands alone, and no cycles.

The layers of the packages are import-linter contracts in pyproject.toml, which `make lint` checks.
"""

import ast
import re
import sys
import tomllib
from collections.abc import Iterator
from importlib.metadata import packages_distributions
from pathlib import Path

import grimp
import pytest

ROOT = Path(__file__).resolve().parents[2]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
OWN = {"cs231n", "autograder", "benchmarks", "helpers"}
GUEST = ROOT / "autograder" / "sandbox" / "guest"
COLAB = "google"  # preinstalled on Colab and importable only there


def imports(folder: Path) -> Iterator[tuple[Path, str, int]]:
    """Yield (file, imported module, level) for every import statement of a folder's files."""
    for path in sorted(folder.rglob("*.py")):
        if path.parent.name == "attacks":  # hostile files import what they like
            continue
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Import):
                yield from ((path, alias.name, 0) for alias in node.names)
            elif isinstance(node, ast.ImportFrom):
                yield path, node.module or "", node.level


def names_in(requirements: list[str]) -> set[str]:
    """Return the normalised names of the distributions in a list of requirements."""
    found = (re.match(r"[\w.-]+", line) for line in requirements)
    return {re.sub(r"[-_.]+", "-", match.group()).lower() for match in found if match}


def declared(*extras: str) -> set[str]:
    """Return the distributions that pyproject.toml declares, with these extras."""
    lines = list(PROJECT["dependencies"])
    for extra in extras:
        lines += PROJECT["optional-dependencies"][extra]
    return names_in(lines)


@pytest.mark.parametrize(
    ("folder", "extras"),
    [
        ("cs231n", ()),
        ("autograder", ("grade", "cluster", "postgresql")),
        ("benchmarks", ("grade", "cluster", "postgresql", "test")),
        ("tests", ("grade", "cluster", "postgresql", "test", "lint")),
    ],
)
def test_every_imported_package_is_declared(folder, extras):
    """A package that a folder imports is in the dependencies or in the extras it may use."""
    distributions, known = packages_distributions(), declared(*extras)
    undeclared = {}
    for path, module, level in imports(ROOT / folder):
        top = module.partition(".")[0]
        if level or top in sys.stdlib_module_names or top in OWN or top == COLAB:
            continue
        if not names_in(distributions.get(top, [top])) & known:
            undeclared[top] = str(path.relative_to(ROOT))
    assert undeclared == {}


def test_students_requirements_name_every_dependency_of_their_package():
    """requirements.txt, which students install, contains all dependencies of cs231n."""
    lines = (ROOT / "requirements.txt").read_text("utf-8").splitlines()
    assert declared() <= names_in(lines)


def test_the_guest_imports_only_itself_and_the_students_package():
    """The guest folder is a package of its own inside the sandbox, where autograder is absent."""
    allowed = {*sys.stdlib_module_names, "cs231n", "numpy", "torch"}
    foreign = [
        f"{path.name} imports {'.' * level}{module}"
        for path, module, level in imports(GUEST)
        if level > len(path.relative_to(GUEST).parts)
        or (not level and module.partition(".")[0] not in allowed)
    ]
    assert foreign == []


def cycles(edges: dict[str, set[str]]) -> list[list[str]]:
    """Return the sets of nodes that reach each other, by repeated removal of leaves and roots."""
    edges = {node: {t for t in targets if t != node} for node, targets in edges.items()}
    while True:
        wanted = set().union(*edges.values())
        rest = {n: t & edges.keys() for n, t in edges.items() if t & edges.keys() and n in wanted}
        if rest == edges:
            return [sorted(rest)] if rest else []
        edges = rest


def test_cycles_finds_a_cycle_and_leaves_a_tree():
    """A node between two others is reported only if it lies on a cycle or between two cycles."""
    tree = {"a": {"b", "c"}, "b": {"c"}, "c": set()}
    assert cycles(tree) == []
    assert cycles(tree | {"c": {"b"}}) == [["b", "c"]]


def test_no_modules_import_each_other_in_a_cycle():
    """Imports inside functions count as well."""
    graph = grimp.build_graph("autograder", "cs231n", cache_dir=None)
    edges = {m: set(graph.find_modules_directly_imported_by(m)) for m in graph.modules}
    assert cycles(edges) == []


def test_text_files_are_checked_out_with_lf():
    """The scripts of Gradescope's container run on Linux, even from a checkout with autocrlf."""
    lines = (ROOT / ".gitattributes").read_text("utf-8").splitlines()
    assert "* text=auto eol=lf" in lines


def public_surface(package: Path) -> set[str]:
    """Return the names in a package's `__all__`."""
    for node in ast.parse((package / "__init__.py").read_text("utf-8")).body:
        if isinstance(node, ast.Assign) and getattr(node.targets[0], "id", "") == "__all__":
            return set(ast.literal_eval(node.value))
    return set()


def imported_names(path: Path) -> Iterator[tuple[str, str]]:
    """Yield (package, name) for each name that a file imports from a package of ours."""
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.ImportFrom) and not node.level and node.module:
            parts = node.module.split(".")
            if parts[0] in ("autograder", "cs231n") and len(parts) > 1:
                names = parts[2:3] or [alias.name for alias in node.names]
                yield from (("/".join(parts[:2]), name) for name in names)


def test_every_package_declares_its_surface_and_no_other_is_used():
    """A package imports from another one only what that one lists in `__all__`."""
    packages = [
        path.parent
        for top in ("autograder", "cs231n")
        for path in (ROOT / top).glob("*/__init__.py")
    ]
    surfaces = {
        package.relative_to(ROOT).as_posix(): public_surface(package) for package in packages
    }
    assert [name for name, surface in surfaces.items() if not surface] == []
    foreign = {
        f"{path.relative_to(ROOT)} imports {package}: {name}"
        for top in ("autograder", "cs231n")
        for path in (ROOT / top).rglob("*.py")
        for package, name in imported_names(path)
        if package in surfaces
        and not path.relative_to(ROOT).as_posix().startswith(f"{package}/")
        and name not in surfaces[package]
    }
    assert foreign == set()
