"""Runs in a process of its own: loads a student's file, answers probes with arrays and facts.

It knows no expectation. What it sends is only as true as the student's code lets it be: the grader
believes nothing but the numbers.
"""

import os
import resource
import sys


def main(answers: int) -> None:
    """Read one job from standard input, answer it, and end without running exit handlers.

    Args:
        answers: the file descriptor that answers go to.
    """
    from autograder.protocol import pack_observation, read_job

    job, source = read_job(sys.stdin.buffer)
    import torch

    torch.set_num_threads(1)
    import cs231n.engine.load
    import cs231n.engine.observe
    import cs231n.training  # noqa: F401  (what a student's file imports)

    def answer(name: str, facts: dict, arrays: dict | None = None) -> None:
        data = memoryview(pack_observation(name, facts, arrays or {}))
        while data:
            data = data[os.write(answers, data) :]

    answer("ready", {})
    set_limits(job["limits"])
    run(job, source, answer)
    answer("end", {})
    os._exit(0)


def set_limits(limits: dict) -> None:
    """What the kernel holds a process to; the grader watches wall-clock time and output."""
    used = sum(resource.getrusage(resource.RUSAGE_SELF)[:2])
    seconds = int(used + limits["cpu_s"]) + 1
    for what, soft, hard in (
        (resource.RLIMIT_CPU, seconds, seconds + 1),
        (resource.RLIMIT_AS, limits["address_mib"] << 20, limits["address_mib"] << 20),
        (resource.RLIMIT_FSIZE, limits["file_mib"] << 20, limits["file_mib"] << 20),
        (resource.RLIMIT_NOFILE, limits["files"], limits["files"]),
        (resource.RLIMIT_CORE, 0, 0),
    ):
        resource.setrlimit(what, (soft, hard))


def run(job: dict, source: bytes, answer) -> None:
    """Load the student's file and answer every probe, in order."""
    from cs231n.engine.load import load_source
    from cs231n.engine.observe import describe_error, observe
    from cs231n.engine.on_cpu import on_cpu

    file = job["file"]
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
