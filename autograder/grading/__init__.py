"""Grade submissions: plan the work, run it in worker processes, judge, and store the verdicts."""
