"""A Jupyter server for tests: quiet, on the loopback interface, gone afterwards with kernels."""

import json
import os
import secrets
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import psutil

OPTIONS = (
    "--no-browser",
    "--ip=127.0.0.1",
    "--ServerApp.port_retries=0",
    "--LabApp.extension_manager=readonly",
    "--KernelManager.shutdown_wait_time=2",
)
SETTINGS = {  # no question about news, nothing of the instructor's: as a student sees it
    "lab/@jupyterlab/apputils-extension/notification.jupyterlab-settings": {
        "fetchNews": "false",
        "checkForUpdates": False,
    },
    "config/labconfig/page_config.json": {"disabledExtensions": {"@jupyter/nbgrader": True}},
}


@contextmanager
def jupyter(
    app: str, folder: Path, state: Path, **environment: str
) -> Iterator[Callable[[str], str]]:
    """Start JupyterLab or Notebook on a folder.

    Args:
        app: "lab" or "notebook".
        folder: what it shows.
        state: new folder for its configuration and runtime files.
        environment: more variables for the server and its kernels.
    Yields:
        A function from a path, such as "lab", to its address with the token that lets us in.
    Raises:
        RuntimeError: it does not answer; the message has the end of its log.
    """
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    for name, settings in SETTINGS.items():
        (state / name).parent.mkdir(parents=True, exist_ok=True)
        (state / name).write_text(json.dumps(settings))
    places = {
        "JUPYTER_CONFIG_DIR": "config",
        "JUPYTER_DATA_DIR": "data",
        "JUPYTER_RUNTIME_DIR": "runtime",
        "JUPYTERLAB_SETTINGS_DIR": "lab",
        "JUPYTERLAB_WORKSPACES_DIR": "workspaces",
        "IPYTHONDIR": "ipython",
    }
    env = {**os.environ, **{name: str(state / place) for name, place in places.items()}}
    token = secrets.token_hex(16)
    env |= {"JUPYTER_TOKEN": token, **environment}
    root = ["--allow-root"] if hasattr(os, "geteuid") and os.geteuid() == 0 else []
    words = [sys.executable, "-m", "jupyter", app, f"--port={port}", *OPTIONS, *root]
    with (state / "log.txt").open("wb") as log:
        server = psutil.Popen(words, cwd=folder, env=env, stdout=log, stderr=log)
        try:
            _wait_for(f"http://127.0.0.1:{port}/api", server, state / "log.txt")
            yield lambda path: f"http://127.0.0.1:{port}/{path}?token={token}"
        finally:
            _end(server)


def _wait_for(address: str, server: psutil.Popen, log: Path, seconds: float = 90) -> None:
    end = time.monotonic() + seconds
    while time.monotonic() < end and server.poll() is None:
        try:
            with urllib.request.urlopen(address, timeout=5):
                return
        except OSError:
            time.sleep(0.2)
    raise RuntimeError(f"Jupyter does not answer at {address}: {log.read_text()[-1000:]}")


def _end(server: psutil.Popen) -> None:
    """End the server; it ends its kernels, and what is left of them is killed."""
    kernels = server.children(recursive=True) if server.is_running() else []
    server.terminate()
    try:
        server.wait(timeout=15)
    except subprocess.TimeoutExpired:
        server.kill()
        server.wait()
    for process in psutil.wait_procs(kernels, timeout=2)[1]:
        process.kill()
