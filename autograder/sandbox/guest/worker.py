"""Load a student's file in a process of its own and answer probes with arrays and facts.

The worker knows no expected value. The student's code can forge what the worker sends, so the
grader trusts only numbers.
"""

import os
import sys
import time
from collections.abc import Callable
from itertools import groupby
from typing import Any

from . import lockdown, protocol, warmup
from .protocol import SandboxJob

ANSWERS = 3  # the descriptor for answers in a sandbox
Answer = Callable[..., None]  # (id, facts, arrays=None)


def main(answers: int, confined: bool) -> None:
    """Read one job from standard input, answer it, and exit without running exit handlers.

    Args:
        answers: descriptor for answers.
        confined: whether this process must lock itself down, as it does in a sandbox.
    """
    has_namespaces = confined and _enter_namespaces()
    job, source = protocol.read_job(sys.stdin.buffer)
    warmup.warm([name for name in warmup.HELPERS if name.split(".")[0].encode() in source])
    mapped = lockdown.mapped_bytes()
    if confined:
        if has_namespaces:
            lockdown.mount_scratch()
        lockdown.keep_only({1: 1, 2: 2, answers: ANSWERS})
        answers = ANSWERS
    serve_job(job, source, answers, mapped, confined)


def _enter_namespaces() -> bool:
    """Enter new namespaces while there is one thread; False if the kernel refuses."""
    lockdown.become_nobody()
    flags = lockdown.NEWUSER | lockdown.NEWNS | lockdown.NEWIPC | lockdown.NEWUTS | lockdown.NEWNET
    try:
        lockdown.unshare(flags)
    except OSError:
        return False  # the namespaces of bubblewrap remain
    return True


def serve_job(
    job: SandboxJob, source: bytes, answers: int, mapped: int | None, confined: bool
) -> None:
    """Answer a job and exit.

    Args:
        job: what to do.
        source: bytes of the student's file.
        answers: descriptor for answers.
        mapped: bytes of address space in use before the student's code; limits count from there.
        confined: whether to give up all rights first.
    """

    def answer(name: str, facts: protocol.Facts, arrays: protocol.Arrays | None = None) -> None:
        data = memoryview(protocol.pack_observation(name, facts, arrays or {}))
        while data:
            data = data[os.write(answers, data) :]

    lockdown.set_limits(job.limits, mapped, confined=confined)
    if confined:
        os.chdir("/tmp")
        lockdown.give_up_rights()
    answer("ready", {"cpu_s": time.process_time()})  # the student is not charged for our imports
    _run_probes(job, source, answer)
    answer("end", {})
    os._exit(0)


def _run_probes(job: SandboxJob, source: bytes, answer: Answer) -> None:
    """Load the student's file and answer every probe, in order."""
    from cs231n.engine.loading.import_shims import ImportShims
    from cs231n.engine.loading.load_source import load_file, load_source
    from cs231n.engine.probes import describe_error, global_state_kept, observe
    from cs231n.engine.probes.force_cpu import on_cpu
    from cs231n.engine.schema import FileReport, case_from_json

    shims, file = ImportShims(f"{job.package}.{job.module}"), (job.package, job.module, job.file)
    with shims.installed(source, job.given):
        try:
            with on_cpu():
                if job.recover:
                    module, report = load_file(source, *file, shims)
                else:
                    with shims.loading():
                        module, report = load_source(source, *file), FileReport()
        except (Exception, SystemExit) as error:
            answer("import", {"error": describe_error(error, job.file).to_json()})
            return
        answer("import", {"report": report.to_json()})
        for _, probes in groupby(job.probes, key=lambda probe: probe["function"]):
            with global_state_kept():  # no task's settings reach another task
                for probe in probes:
                    observation = observe(module, case_from_json(probe), restore=False)
                    arrays = {name: _as_float(array) for name, array in observation.arrays.items()}
                    answer(probe["id"], observation.facts.to_json(), arrays)


def _as_float(array: Any) -> Any:
    return array if array.dtype in protocol.DTYPES else array.astype("float64")
