"""Runs in a process of its own: loads a student's file, answers probes with arrays and facts.

It knows no expectation. What it sends is only as true as the student's code lets it be: the grader
believes nothing but the numbers.
"""

import os
import sys
import time
from contextlib import suppress

ANSWERS = 3  # the descriptor that answers go to in a sandbox
HELPERS = ("matplotlib.pyplot", "torchvision", "tqdm", "PIL.Image")  # what old solutions import


def main(answers: int, confined: bool) -> None:
    """Read one job from standard input, answer it, and end without running exit handlers.

    Args:
        answers: the descriptor that answers go to.
        confined: True inside bubblewrap, where this process then locks itself in.
    """
    from autograder.limits import mapped
    from autograder.protocol import read_job

    own = confined and _enter()
    job, source = read_job(sys.stdin.buffer)
    warm([name for name in HELPERS if name.split(".")[0].encode() in source])
    base = mapped()
    if confined:
        from autograder import isolation

        if own:
            isolation.own_mounts()
        isolation.keep_only({1: 1, 2: 2, answers: ANSWERS})
        answers = ANSWERS
    serve_job(job, source, answers, base, confined)


def _enter() -> bool:
    """Namespaces of its own, as long as there is one thread; True if the kernel allows them."""
    from autograder import isolation as i

    i.become_nobody()
    try:
        i.unshare(i.NEWUSER | i.NEWNS | i.NEWIPC | i.NEWUTS | i.NEWNET)
    except OSError:
        return False  # those of bubblewrap remain
    return True


def warm(helpers: list[str]) -> None:
    """Import and run once what probes need, so that it is not on the student's account.

    Args:
        helpers: modules that a student's file may want; one that is not installed is left out.
    """
    import torch
    from torch import nn, optim

    torch.set_num_threads(1)
    import cs231n.engine.load
    import cs231n.engine.observe
    import cs231n.training  # noqa: F401  (what a student's file imports)

    for name in helpers:
        with suppress(Exception):
            __import__(name)
    nets = [  # of the sizes that the tasks have: kernels are chosen, and compiled, by size
        (nn.Sequential(nn.Linear(784, 256), nn.LeakyReLU(), nn.Linear(256, 1)), [784]),
        (nn.Sequential(nn.Linear(96, 1024), nn.ReLU(), nn.Linear(1024, 784), nn.Tanh()), [96]),
        (nn.Sequential(nn.Conv2d(1, 32, 5), nn.LeakyReLU(), nn.MaxPool2d(2), nn.Conv2d(32, 64, 5),
                       nn.MaxPool2d(2), nn.Flatten(), nn.Linear(1024, 1)), [1, 28, 28]),
        (nn.Sequential(nn.Linear(8, 6272), nn.BatchNorm1d(6272), nn.Unflatten(1, (128, 7, 7)),
                       nn.ConvTranspose2d(128, 64, 4, 2, 1), nn.BatchNorm2d(64),
                       nn.ConvTranspose2d(64, 1, 4, 2, 1)), [8]),
    ]  # fmt: skip
    for net, shape in nets:
        optimizer = optim.Adam(net.parameters())  # the first one imports torch._dynamo
        net(torch.rand(6, *shape)).square().mean().backward()
        optimizer.step()
        with torch.no_grad():
            net.eval()(torch.rand(16, *shape))


def serve_job(job: dict, source: bytes, answers: int, base: int | None, confined: bool) -> None:
    """Answer a job and end the process.

    Args:
        base: bytes of address space in use; limits count from there.
    """
    from autograder import protocol
    from autograder.limits import set_limits

    def answer(name: str, facts: dict, arrays: dict | None = None) -> None:
        data = memoryview(protocol.pack_observation(name, facts, arrays or {}))
        while data:
            data = data[os.write(answers, data) :]

    set_limits(job["limits"], base, alone=confined)
    if confined:
        from autograder import isolation

        os.chdir("/tmp")
        isolation.give_up_rights()
    answer("ready", {"cpu_s": time.process_time()})  # what our imports took is not the student's
    run(job, source, answer)
    answer("end", {})
    os._exit(0)


def run(job: dict, source: bytes, answer) -> None:
    """Load the student's file and answer every probe, in order."""
    from autograder import borrowed
    from cs231n.engine.load import load_source
    from cs231n.engine.observe import describe_error, observe
    from cs231n.engine.on_cpu import on_cpu

    file = job["file"]
    borrowed.lend_packages((job["package"], "autograder"))
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
