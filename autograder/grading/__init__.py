"""Grade submissions: plan the work, run it in worker processes, judge, and store the verdicts."""

__all__ = [
    "dask_pool",
    "fingerprints",
    "grade_submission",
    "planner",
    "pool",
    "reference_data",
    "store",
]  # the modules for other packages
