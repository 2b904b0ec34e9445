"""Frozen streams: the numbers that probes are made of."""

import numpy as np
import pytest
import torch

from cs231n.engine.probes.frozen_random import (
    make_input,
    sample_places,
    sketch,
    stream,
    write_stream,
)
from cs231n.engine.schema import Stream, Values


def test_stream_is_frozen():
    """The same seed, key and shape give these numbers for ever."""
    values = stream(231, 3, (2, 2), mean=1.0, std=0.5)
    assert values.dtype == np.float32
    frozen = [[0.1899472, 1.1697378], [1.7242439, 0.7899347]]
    np.testing.assert_allclose(values, frozen, rtol=1e-6)


def test_stream_differs_by_key_and_seed():
    """Two tensors of one network, or two cases, never get the same numbers."""
    assert not np.array_equal(stream(1, 0, (64,)), stream(1, 1, (64,)))
    assert not np.array_equal(stream(1, 0, (64,)), stream(2, 0, (64,)))


def test_stream_has_the_asked_mean_and_scale():
    """A long stream has the mean and the standard deviation that a probe names."""
    values = stream(5, 0, (300, 1000), mean=-0.3, std=0.2)
    assert abs(values.mean() + 0.3) < 2e-3
    assert abs(values.std() - 0.2) < 2e-3


def test_stream_of_a_large_matrix_has_no_equal_rows():
    """The repeated block is prime in length, so that no two units of a layer are alike."""
    values = stream(5, 0, (6272, 1024))
    assert np.unique(values[:, :4], axis=0).shape[0] == 6272


@pytest.mark.parametrize("shape", [(), (3,), (7, 5), (500, 300), (100_003, 2)])
def test_a_stream_is_written_into_a_tensor_as_it_would_be_made(shape):
    """Blocks repeat in place just as in the array."""
    target = torch.empty(shape)
    write_stream(target, 5, 2, -0.3, 0.2)
    np.testing.assert_array_equal(target.numpy(), stream(5, 2, shape, -0.3, 0.2))


def test_sketch_holds_all_of_a_small_tensor_and_samples_of_a_large_one():
    """Up to forty entries are kept as they are; then samples; the last number is the rms."""
    small = np.arange(3.0)
    np.testing.assert_allclose(sketch(small), [0, 1, 2, np.sqrt(5 / 3)])
    large = np.arange(10_000.0)
    places = sample_places(10_000)
    np.testing.assert_array_equal(sketch(large)[:-1], large[places])
    assert places.size <= 40


def test_make_input_gives_values_or_a_stream():
    """A probe describes its input by values or by a seed, with a dtype."""
    given = make_input(Values(((1.5,), (2.5,)), "float64"))
    assert given.dtype == np.float64 and given.shape == (2, 1)
    drawn = make_input(Stream(seed=1, key=2, shape=(3, 1), mean=0.0, std=1.0))
    assert drawn.dtype == np.float32 and drawn.shape == (3, 1)
