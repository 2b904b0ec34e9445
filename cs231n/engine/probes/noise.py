"""Observe a function that draws noise: one large array, many small ones, and draws with seeds."""

import inspect
from collections.abc import Callable
from functools import partial
from typing import Any

import torch
from torch import Tensor

from cs231n.engine.schema import NoiseCase, NoiseFacts, Observation

from .recorder import SEED, RandomStates, Recorder, Subject, as_plain, has_no_numbers, note_value


def observe_noise(subject: Subject, case: NoiseCase) -> Observation:
    """Return the numbers that a function draws.

    Arrays, all float32: "large" (n,) and "second" (n,), drawn after it, "small" (draws, m),
    "seeded" and "seeded_again" (seeds, m), and "zero" (2, m), drawn twice with seed 0.
    """
    recorder = Recorder(NoiseFacts(), subject.file)
    with recorder:
        recorder.note(stage="call")
        torch.manual_seed(case.seed)
        value = subject.function(*case.large)
        note_value(recorder, value)
        if isinstance(value, Tensor):
            recorder.store("large", _flat(value).numpy())
            recorder.store("second", _flat(subject.function(*case.large)).numpy())
            _draw_small(recorder, subject.function, case)
            recorder.note(reseeds=_reseeds(subject.function, case))
            recorder.note(stage="device")
            if case.device is not None:
                recorder.note(made_on=_device_of_draw(subject.function, case))
            recorder.note(stage="seed")
            if case.seeds:
                _draw_with_seeds(recorder, subject.function, case)
            recorder.note(stage="done")
    return recorder.observation()


def with_default_device(draw: Callable[..., Any]) -> Callable[..., Any]:
    """Return a function that draws on the CPU if its argument `device` has no default."""
    try:
        device = inspect.signature(draw).parameters.get("device")
    except (TypeError, ValueError):
        return draw
    required = device is not None and device.default is inspect.Parameter.empty
    return partial(draw, device="cpu") if required else draw


def _draw_small(recorder: Recorder[NoiseFacts], draw: Callable[..., Any], case: NoiseCase) -> None:
    """Draw many small arrays without seeding in between: a function that seeds repeats itself."""
    small = [draw(*case.small) for _ in range(case.draws)]
    recorder.note(small_shape=tuple(small[0].shape))
    recorder.store("small", torch.stack([_flat(array) for array in small]).numpy())


def _reseeds(draw: Callable[..., Any], case: NoiseCase) -> bool:
    """Return whether a draw without a seed makes the random state depend on anything else than
    the random state before it.
    """
    states = RandomStates()
    for number in range(2):
        states.before(number)
        draw(*case.small)
        states.after(number)
    after = torch.get_rng_state()
    torch.manual_seed(SEED + 1)  # as before the last call
    draw(*case.small)
    return states.reseeded or not torch.equal(after, torch.get_rng_state())


def _device_of_draw(draw: Callable[..., Any], case: NoiseCase) -> str:
    try:
        return str(draw(*case.small, device=case.device).device.type)
    except RuntimeError as error:
        if not has_no_numbers(error, case.device):
            raise
        return str(case.device)


def _draw_with_seeds(
    recorder: Recorder[NoiseFacts], draw: Callable[..., Any], case: NoiseCase
) -> None:
    def after_another_draw(seed: int) -> Tensor:
        draw(*case.small)
        return _flat(draw(*case.small, seed=seed))

    first = [_flat(draw(*case.small, seed=seed)) for seed in case.seeds]
    again = [after_another_draw(seed) for seed in case.seeds]
    zero = [after_another_draw(0) for _ in range(2)]
    recorder.store("zero", torch.stack(zero).numpy())
    recorder.store("seeded", torch.stack(first).numpy())
    recorder.store("seeded_again", torch.stack(again).numpy())


def _flat(array: Tensor) -> Tensor:
    return as_plain(array).detach().float().reshape(-1)
