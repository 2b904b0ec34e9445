"""Run the probes of a submission in the process of the test, without a sandbox."""

from autograder.sandbox import Outcome, Run
from cs231n.engine.loading.load_source import load_source
from cs231n.engine.probes import observe
from cs231n.engine.schema import case_from_json
from helpers.course import ASSIGNMENT

SOLUTION = ASSIGNMENT.solution.read_bytes()


class Worker:
    """A replacement for the sandbox that runs probes in this process and can stop at a task.

    Attributes:
        jobs: what each run was given.
        dies: tasks at whose first probe a run ends.
        forges: task -> facts that are sent instead of true ones.
    """

    def __init__(self):
        self.jobs, self.dies, self.forges = [], {}, {}

    def __call__(self, job, source):
        self.jobs.append(job)
        module = load_source(source, "cs231n", "gan_pytorch", job.file)
        found = {"ready": ({}, {}), "import": ({}, {})}
        for probe in job.probes:
            outcome = self.dies.get(probe["function"])
            if outcome:
                return Run(found, outcome, "more than 20 s", "")
            forged = self.forges.get(probe["function"])
            found[probe["id"]] = (forged, {}) if forged else _observe(module, probe)
        return Run({**found, "end": ({}, {})}, Outcome.DONE, "", "")


def _observe(module, probe: dict) -> tuple[dict, dict]:
    """Return what the worker in a sandbox sends for one probe."""
    observation = observe(module, case_from_json(probe))
    return observation.facts.to_json(), observation.arrays
