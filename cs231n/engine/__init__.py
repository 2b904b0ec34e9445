"""The engine of the checks: probe -> observe -> judge -> message, driven by the data in an npz.

It knows kinds of probes (noise, network, loss, optimizer), never an assignment or a task by name.
The notebook's `check(...)` and the autograder both run on it.
"""

__all__ = [
    "explaining",
    "judging",
    "loading",
    "probes",
    "reference_data",
    "schema",
    "statistics",
]
