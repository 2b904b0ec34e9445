"""The numbers that a diagnosis rests on, found in the history of a training."""

import numpy as np

from cs231n.training.history import History

from .quality import Quality

WINDOW = 100  # steps, the last ones, that losses are averaged over
MOMENTS = 3  # the last ones, that samples are looked at
REAL_VARIANCE = 211.3  # of the 784 pixels of real digits in [-1, 1], summed


def find_signs(history: History, quality: Quality | None = None) -> dict[str, float]:
    """The numbers that a diagnosis rests on; those that cannot be had are left out.

    Returns:
        steps; nan_step: the first step that is no number; d_moved: range of the mean D(x) over all
        steps; d_level: mean d_loss of the last steps over that of a D that guesses (about 1 in a
        good training, 0 if D has won); d_guess: that loss; g_moved: how far the mean pixel moved;
        gray: share of pixels that are neither black nor white; variety: variance among the samples
        of one step over that of real digits; digits, confident: of the quality, if it is given.
    """
    records = np.stack([history.d_loss, history.g_loss, history.d_real, history.d_fake])
    signs: dict[str, float] = {"steps": records.shape[1]}
    bad = np.flatnonzero(~np.isfinite(records).all(axis=0))
    if len(bad):
        return signs | {"nan_step": int(bad[0]) + 1}
    if records.shape[1]:
        signs["d_moved"] = float(np.ptp(history.d_real))
        signs |= d_level(history.d_loss, history.d_real, history.d_fake)
    if history.samples:
        signs |= sample_signs(np.stack(history.samples))
    if quality is not None:
        signs |= {"digits": quality.digits, "confident": quality.confident}
    return signs


def sample_signs(samples: np.ndarray) -> dict[str, float]:
    """What the samples (K, 16, 784) of K moments show; in [-1, 1], or [0, 1] if none is below."""
    if samples.min() >= 0:
        samples = 2 * samples - 1
    last = samples[-MOMENTS:]
    means = samples.mean(axis=(1, 2))  # (K, 16, 784) -> (K,)
    signs = {
        "gray": float((np.abs(last) < 0.9).mean()),
        "variety": float(last.var(axis=1).sum(axis=1).mean() / REAL_VARIANCE),
    }
    return signs | ({"g_moved": float(np.ptp(means))} if len(samples) > 1 else {})


def d_level(d_loss, d_real, d_fake) -> dict[str, float]:
    """The loss of a guessing D, found from the scores, and the last losses in units of it.

    By Jensen's inequality no loss is below its value at the mean scores, and it is near it as long
    as scores differ little. That tells cross-entropy, its half and least squares apart, and whether
    D gives scores or probabilities.
    """
    if d_loss.min() < 0:
        return {}
    entropy = np.logaddexp(0, -d_real) + np.logaddexp(0, d_fake)
    least_squares = ((d_real - 1) ** 2 + d_fake**2) / 2
    kinds = [(np.log(4), entropy), (np.log(2), entropy / 2), (0.25, least_squares)]
    if min(d_real.min(), d_fake.min()) >= 0 and max(d_real.max(), d_fake.max()) <= 1:
        entropy = -np.log(d_real + 1e-12) - np.log(1 - d_fake + 1e-12)
        kinds += [(np.log(4), entropy), (np.log(2), entropy / 2)]
    # (how far the loss lies above that value, the loss of a guessing D)
    gaps = [(np.median(np.log((d_loss + 1e-6) / (v + 1e-6))), guess) for guess, v in kinds]
    possible = [pair for pair in gaps if pair[0] > -0.02]
    if not possible:
        return {}
    guess = float(min(possible)[1])
    return {"d_guess": guess, "d_level": float(d_loss[-WINDOW:].mean() / guess)}
