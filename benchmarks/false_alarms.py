"""Count how often right noise is refused: every test of a submission on many true draws.

python -m benchmarks.false_alarms [--draws 10000]
"""

import argparse

import torch

from autograder.config import load_assignments
from autograder.grading.reference_data import reference_data_of
from cs231n.engine.judging import judge_task
from cs231n.engine.schema import NoiseCase, NoiseFacts, Observation

DRAW = {"uniform": lambda *shape: 2 * torch.rand(*shape) - 1, "normal": torch.randn}


def observation(case: NoiseCase) -> Observation:
    """Return what a right function leads to, with numbers drawn now."""
    draw = DRAW[case.distribution]
    small = draw(case.draws, case.small[0] * case.small[1])
    seeded = draw(max(1, len(case.seeds)), case.small[0] * case.small[1])
    zero = draw(1, case.small[0] * case.small[1]).expand(2, -1)
    arrays = {
        "large": draw(*case.large).reshape(-1), "second": draw(*case.large).reshape(-1),
        "small": small, "seeded": seeded, "seeded_again": seeded, "zero": zero,
    }  # fmt: skip
    names = [n for n in arrays if case.seeds or not n.startswith(("seeded", "zero"))]
    facts = NoiseFacts(
        stage="done", returned="Tensor", shape=case.large, dtype="torch.float32", device="cpu",
        requires_grad=False, small_shape=case.small, made_on=case.device, reseeds=False,
    )  # fmt: skip
    return Observation(facts, {name: arrays[name].numpy() for name in names})


def main() -> None:
    """Count and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--draws", type=int, default=10_000)
    draws = parser.parse_args().draws
    torch.manual_seed(1)
    for assignment in load_assignments():
        public, hidden = reference_data_of(assignment)
        for task in public.tasks:
            if task.distribution is None or not isinstance(task.cases[0], NoiseCase):
                continue
            pool = hidden.task(task.name).pool()
            refused = 0
            for number in range(draws):
                cases = [*task.cases, *(pool[(2 * number + i) % len(pool)][0] for i in range(2))]
                seen = {case.id: observation(case) for case in cases}
                refused += judge_task(public, task.name, seen, hidden).fraction < 1
            print(f"{assignment.name} {task.name}: {refused} of {draws} right submissions refused")


if __name__ == "__main__":
    main()
