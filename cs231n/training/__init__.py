"""Train GANs: the loop of the assignment, the blocks of the second one, and the live figure."""

from .blocks import change, running_means, snapshot, train_blocks
from .live_figure import watch
from .loop import Step, TrainingError, count_params, rel_error, run_a_gan, train_gan

__all__ = [
    "Step", "TrainingError", "change", "count_params", "rel_error", "run_a_gan", "running_means",
    "snapshot", "train_blocks", "train_gan", "watch",
]  # fmt: skip
