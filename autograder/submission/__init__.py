"""Read what students hand in: the module and the answers, nothing else."""
