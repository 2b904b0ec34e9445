"""The training images nearest to samples."""

import torch

from cs231n.analysis import nearest
from cs231n.data import load_mnist


def test_a_copied_image_is_found_with_distance_zero():
    """A copy, in either range, is its own nearest image; a slightly changed one is found too."""
    mnist = load_mnist(source="sample")
    originals = mnist.train_images[[7, 6_001]].flatten(1).float() / 255
    for images in (originals, 2 * originals - 1):
        found = nearest.nearest(images, mnist)
        assert found.distances.max() < 0.05 and found.usual > 5
        torch.testing.assert_close(found.found, 2 * originals - 1, atol=1e-5, rtol=0)
    changed = nearest.nearest((originals + 0.02).clamp(0, 1), mnist)
    torch.testing.assert_close(changed.found, 2 * originals - 1, atol=1e-5, rtol=0)
    assert changed.distances.min() > 0.1
    assert "A copy has distance 0" in repr(changed)
