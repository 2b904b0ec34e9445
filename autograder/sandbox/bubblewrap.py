"""The command line of bubblewrap: what a sandbox can see, which is as little as torch needs."""

import os
import shutil
import subprocess
import sys
import sysconfig
from functools import lru_cache
from pathlib import Path

from autograder.config import ASSIGNMENTS, REPOSITORY

APP = "/app"  # where our own few files lie inside
GUEST = Path(__file__).with_name("guest")  # the folder of ours that a sandbox contains
SYSTEM = ("/usr/lib", "/usr/lib64", "/usr/lib32", "/usr/local/lib", "/lib", "/lib64")
OPTIONAL = (
    "/etc/ld.so.cache",
    "/etc/alternatives",
    "/nix/store",
    "/sys/devices/system/cpu",
    "/sys/kernel/mm/transparent_hugepage/enabled",  # malloc asks whether it may have large pages
    "/sys/kernel/mm/transparent_hugepage/hpage_pmd_size",
)
DEVICES = ("null", "zero", "full", "random", "urandom")
ENVIRONMENT = {
    "HOME": "/tmp",
    "TMPDIR": "/tmp",
    "PATH": "/usr/bin:/bin",
    "LANG": "C.UTF-8",
    "MPLBACKEND": "Agg",
    "MPLCONFIGDIR": "/tmp",
    "PYTHONDONTWRITEBYTECODE": "1",
    "GLIBC_TUNABLES": "glibc.malloc.hugetlb=1",  # large pages: half of the kernel's share of time
    "OMP_NUM_THREADS": "1",
    "OPENBLAS_NUM_THREADS": "1",
    "MKL_NUM_THREADS": "1",
}
START = "import sys; sys.path[:0] = sys.argv[1:-1]; from guest import worker, zygote; "


@lru_cache(maxsize=1)
def program() -> str | None:
    """Path of `bwrap`, or None if it is not installed."""
    return shutil.which("bwrap") if sys.platform == "linux" else None


@lru_cache(maxsize=1)
def _knows_sizes() -> bool:
    """Whether this bubblewrap can give a tmpfs a size (0.8 or later)."""
    text = subprocess.run([program(), "--help"], capture_output=True, text=True).stdout
    return "--size" in text


def packages() -> list[str]:
    """The folders of installed packages: of this environment, and of the user if it uses them."""
    own = [sysconfig.get_path("purelib"), sysconfig.get_path("platlib")]
    others = [p for p in sys.path if p.endswith(("site-packages", "dist-packages"))]
    return [p for p in dict.fromkeys([*own, *others]) if os.path.isdir(p)]


def _interpreter() -> list[str]:
    """What of the Python installation is needed: its program and its libraries."""
    real = os.path.realpath(sys.executable)
    base = Path(real).parent.parent  # conda, pyenv, /usr
    libraries = [os.path.dirname(os.__file__), sysconfig.get_config_var("LIBDIR") or ""]
    if str(base) not in ("/usr", "/usr/local", "/"):
        libraries.insert(0, str(base / "lib"))
    return [real, *libraries]


def _packages_inside(view: dict[str, str]) -> dict[str, str]:
    """Where each folder of packages is found inside: a place of its own, unless it is seen anyway.

    Not its own path: an environment below /tmp would lie under the scratch.
    """
    seen = [path for path, inside in view.items() if path == inside]
    return {
        path: path
        if any(map(Path(path).is_relative_to, seen))
        else f"/packages/{number}/site-packages"
        for number, path in enumerate(packages())
    }


def _view() -> dict[str, str]:
    """What can be seen, read-only: path on the host -> path inside. Nothing lies in another."""
    view: dict[str, str] = {}
    for path in [*SYSTEM, *_interpreter()]:
        place = Path(path)
        if place.exists() and not place.is_symlink() and not any(map(place.is_relative_to, view)):
            view[path] = path
    view |= {path: inside for path, inside in _packages_inside(view).items() if path != inside}
    view[str(REPOSITORY / "cs231n")] = f"{APP}/cs231n"
    view[str(GUEST)] = f"{APP}/guest"
    return view


def _binds() -> list[str]:
    """The options for that view. Links of the system's folders stay links."""
    view = _view()
    folders = {str(p) for inside in view.values() for p in Path(inside).parents} - {"/"}
    words = [word for folder in sorted(folders) for word in ("--dir", folder)]
    for path, inside in view.items():
        words += ["--ro-bind", path, inside]
    for path in filter(os.path.islink, SYSTEM):
        words += ["--symlink", os.readlink(path), path]
    for folder in (REPOSITORY / "autograder", ASSIGNMENTS):
        if any(map(folder.is_relative_to, view)):  # installed beside torch: cover the solution
            words += ["--tmpfs", str(folder)]
    for path in filter(os.path.exists, OPTIONAL):
        words += ["--dir", os.path.dirname(path), "--ro-bind", path, path]
    for name in DEVICES:
        words += ["--dev-bind", f"/dev/{name}", f"/dev/{name}"]
    return words


def _scratch(place: str, size: int) -> list[str]:
    if _knows_sizes():
        return ["--perms", "1777", "--size", str(size), "--tmpfs", place]
    return ["--dir", place]  # nothing can be written there: better than no quota


def command(call: str) -> list[str]:
    """How to run one of our two programs inside.

    Args:
        call: Python text, such as "server.serve(7)"; descriptors that it names are inherited.
    """
    words = [program(), "--unshare-pid", "--unshare-net", "--unshare-ipc", "--unshare-uts"]
    words += [
        "--unshare-cgroup-try",
        "--hostname",
        "sandbox",
        "--die-with-parent",
        "--new-session",
        "--dir",
        "/dev",
    ]
    if os.geteuid() == 0:  # the program inside becomes nobody, which root in a namespace cannot
        words += ["--cap-drop", "ALL", "--cap-add", "CAP_SETUID", "--cap-add", "CAP_SETGID"]
    else:
        words += ["--unshare-user"]
    words += [*_binds(), "--proc", "/proc", *_scratch("/tmp", 64 << 20)]
    words += [*_scratch("/dev/shm", 16 << 20), "--remount-ro", "/", "--chdir", "/tmp", "--clearenv"]
    for name, value in ENVIRONMENT.items():
        words += ["--setenv", name, value]
    real = os.path.realpath(sys.executable)
    places = _packages_inside(_view()).values()
    return [*words, real, "-I", "-S", "-c", START + call, APP, *places, ""]
