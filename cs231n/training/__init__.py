"""Train GANs: the loop of the assignment, the loop of First-GAN, and the live figure."""

from .blocks import change, running_means, snapshot, train_blocks
from .guards import TrainingError
from .history import History, Step
from .live_figure import watch
from .loop import count_params, rel_error, run_a_gan, train_gan
from .schedule import numbered_batches

__all__ = [
    "History", "Step", "TrainingError", "change", "count_params", "guards", "history",
    "numbered_batches", "rel_error", "run_a_gan", "running_means", "snapshot", "train_blocks",
    "train_gan", "watch",
]  # fmt: skip
