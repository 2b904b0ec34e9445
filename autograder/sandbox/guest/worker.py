"""Runs in a process of its own: loads a student's file, answers probes with arrays and facts.

It knows no expectation. What it sends is only as true as the student's code lets it be: the grader
believes nothing but the numbers.
"""

import os
import sys
import time

ANSWERS = 3  # the descriptor that answers go to in a sandbox


def main(answers: int, confined: bool) -> None:
    """Read one job from standard input, answer it, and end without running exit handlers.

    Args:
        answers: the descriptor that answers go to.
        confined: True inside bubblewrap, where this process then locks itself in.
    """
    from . import warmup
    from .limits import mapped
    from .protocol import read_job

    own = confined and _enter()
    job, source = read_job(sys.stdin.buffer)
    warmup.warm([name for name in warmup.HELPERS if name.split(".")[0].encode() in source])
    base = mapped()
    if confined:
        from . import lockdown as isolation

        if own:
            isolation.own_mounts()
        isolation.keep_only({1: 1, 2: 2, answers: ANSWERS})
        answers = ANSWERS
    serve_job(job, source, answers, base, confined)


def _enter() -> bool:
    """Namespaces of its own, as long as there is one thread; True if the kernel allows them."""
    from . import lockdown as i

    i.become_nobody()
    try:
        i.unshare(i.NEWUSER | i.NEWNS | i.NEWIPC | i.NEWUTS | i.NEWNET)
    except OSError:
        return False  # those of bubblewrap remain
    return True


def serve_job(job: dict, source: bytes, answers: int, base: int | None, confined: bool) -> None:
    """Answer a job and end the process.

    Args:
        base: bytes of address space in use; limits count from there.
    """
    from . import protocol
    from .limits import set_limits

    def answer(name: str, facts: dict, arrays: dict | None = None) -> None:
        data = memoryview(protocol.pack_observation(name, facts, arrays or {}))
        while data:
            data = data[os.write(answers, data) :]

    set_limits(job["limits"], base, alone=confined)
    if confined:
        from . import lockdown as isolation

        os.chdir("/tmp")
        isolation.give_up_rights()
    answer("ready", {"cpu_s": time.process_time()})  # what our imports took is not the student's
    run(job, source, answer)
    answer("end", {})
    os._exit(0)


def run(job: dict, source: bytes, answer) -> None:
    """Load the student's file and answer every probe, in order."""
    from cs231n.engine.probes import describe_error, observe
    from cs231n.engine.probes.force_cpu import on_cpu
    from cs231n.engine.probes.load_source import load_source

    from . import import_shims as borrowed

    file = job["file"]
    borrowed.lend_packages((job["package"], __package__))
    borrowed.lend_numbers(*job.get("given", ("", {})))
    try:
        with on_cpu():
            module = load_source(source, job["package"], job["module"], file)
    except (Exception, SystemExit) as error:
        answer("import", {"error": describe_error(error, file)})
        return
    answer("import", {})
    for probe in job["probes"]:
        facts, arrays = observe(module, probe)
        answer(probe["id"], facts, {k: _plain(v) for k, v in arrays.items()})


def _plain(array):
    return array if array.dtype in ("float32", "float64") else array.astype("float64")
