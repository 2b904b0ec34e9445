"""Read submissions as data: the student's module and the answers, nothing else."""
