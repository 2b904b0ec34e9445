"""Build the command line of bubblewrap: a sandbox sees no more than torch needs."""

import os
import shutil
import subprocess
import sys
import sysconfig
from functools import lru_cache
from pathlib import Path

from autograder.config import ASSIGNMENTS, REPOSITORY

APP = "/app"  # our own files inside a sandbox
GUEST = Path(__file__).with_name("guest")  # the only folder of the autograder in a sandbox
SYSTEM = ("/usr/lib", "/usr/lib64", "/usr/lib32", "/usr/local/lib", "/lib", "/lib64")
OPTIONAL = (
    "/etc/ld.so.cache",
    "/etc/alternatives",
    "/nix/store",
    "/sys/devices/system/cpu",
    "/sys/kernel/mm/transparent_hugepage/enabled",  # malloc reads whether large pages are available
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
    "GLIBC_TUNABLES": "glibc.malloc.hugetlb=1",  # large pages: half of the kernel's time
    "OMP_NUM_THREADS": "1",
    "OPENBLAS_NUM_THREADS": "1",
    "MKL_NUM_THREADS": "1",
}
START = "import sys; sys.path[:0] = sys.argv[1:-1]; from guest import worker, zygote; "


@lru_cache(maxsize=1)
def program() -> str | None:
    """Return the path of `bwrap`; None if it is not installed."""
    return shutil.which("bwrap") if sys.platform == "linux" else None


@lru_cache(maxsize=1)
def _knows_sizes() -> bool:
    """Return whether this bubblewrap can limit the size of a tmpfs (0.8 or later)."""
    text = subprocess.run([program() or "bwrap", "--help"], capture_output=True, text=True).stdout
    return "--size" in text


def package_folders() -> list[str]:
    """Return the folders of installed packages: this environment's, and the user's if in use."""
    own = [sysconfig.get_path("purelib"), sysconfig.get_path("platlib")]
    others = [p for p in sys.path if p.endswith(("site-packages", "dist-packages"))]
    return [p for p in dict.fromkeys([*own, *others]) if os.path.isdir(p)]


def _interpreter() -> list[str]:
    """Return the program and the libraries of the Python installation."""
    real = os.path.realpath(sys.executable)
    base = Path(real).parent.parent  # conda, pyenv, /usr
    libraries = [os.path.dirname(os.__file__), sysconfig.get_config_var("LIBDIR") or ""]
    if str(base) not in ("/usr", "/usr/local", "/"):
        libraries.insert(0, str(base / "lib"))
    return [real, *libraries]


def _packages_inside(view: dict[str, str]) -> dict[str, str]:
    """Return folder of packages -> its path inside: under /packages unless it is visible anyway.

    It cannot keep its own path: the scratch on /tmp would cover an environment below /tmp.
    """
    visible = [path for path, inside in view.items() if path == inside]
    return {
        path: path
        if any(map(Path(path).is_relative_to, visible))
        else f"/packages/{number}/site-packages"
        for number, path in enumerate(package_folders())
    }


def visible_paths() -> dict[str, str]:
    """Return what a sandbox sees, read-only: path on the host -> path inside."""
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
    """Return the options that bind the visible paths; links among them stay links."""
    view = visible_paths()
    folders = {str(p) for inside in view.values() for p in Path(inside).parents} - {"/"}
    words = [word for folder in sorted(folders) for word in ("--dir", folder)]
    for path, inside in view.items():
        words += ["--ro-bind", path, inside]
    for path in filter(os.path.islink, SYSTEM):
        words += ["--symlink", os.readlink(path), path]
    for folder in (REPOSITORY / "autograder", ASSIGNMENTS):
        if any(map(folder.is_relative_to, view)):  # installed beside torch: hide the solution
            words += ["--tmpfs", str(folder)]
    for path in filter(os.path.exists, OPTIONAL):
        words += ["--dir", os.path.dirname(path), "--ro-bind", path, path]
    for name in DEVICES:
        words += ["--dev-bind", f"/dev/{name}", f"/dev/{name}"]
    return words


def _scratch(place: str, size: int) -> list[str]:
    if _knows_sizes():
        return ["--perms", "1777", "--size", str(size), "--tmpfs", place]
    return ["--dir", place]  # read-only, which is better than no quota


def command(call: str) -> list[str]:
    """Return the command that runs a worker or the zygote in a sandbox.

    Args:
        call: Python text such as "zygote.main(7)"; the process inherits descriptors that it names.
    """
    words = [
        program() or "bwrap",
        "--unshare-pid",
        "--unshare-net",
        "--unshare-ipc",
        "--unshare-uts",
    ]
    words += [
        "--unshare-cgroup-try",
        "--hostname",
        "sandbox",
        "--die-with-parent",
        "--new-session",
        "--dir",
        "/dev",
    ]
    if os.geteuid() == 0:  # the program becomes nobody, which a namespace's root cannot
        words += ["--cap-drop", "ALL", "--cap-add", "CAP_SETUID", "--cap-add", "CAP_SETGID"]
    else:
        words += ["--unshare-user"]
    words += [*_binds(), "--proc", "/proc", *_scratch("/tmp", 64 << 20)]
    words += [*_scratch("/dev/shm", 16 << 20), "--remount-ro", "/", "--chdir", "/tmp", "--clearenv"]
    for name, value in ENVIRONMENT.items():
        words += ["--setenv", name, value]
    real = os.path.realpath(sys.executable)
    places = _packages_inside(visible_paths()).values()
    return [*words, real, "-I", "-S", "-c", START + call, APP, *places, ""]
