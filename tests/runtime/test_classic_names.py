"""The public names of the classic assignment, which old solutions and notebooks import."""

import inspect

import numpy as np
import pytest

from cs231n import data, display, gan_pytorch, layers, training
from helpers.course import ASSIGNMENT

FROM_STUDENT_FILE = (
    "sample_noise", "discriminator", "generator", "bce_loss", "discriminator_loss",
    "generator_loss", "get_optimizer", "ls_discriminator_loss", "ls_generator_loss",
    "build_dc_classifier", "build_dc_generator", "run_a_gan", "ChunkSampler", "Flatten",
    "Unflatten", "initialize_weights", "preprocess_img", "deprocess_img", "rel_error",
    "count_params", "show_images", "dtype",
)  # fmt: skip
REFERENCE_KEYS = (
    "logits_real", "logits_fake", "d_loss_true", "g_loss_true", "d_loss_lsgan_true",
    "g_loss_lsgan_true",
)  # fmt: skip


@pytest.mark.parametrize("name", FROM_STUDENT_FILE)
def test_classic_name_is_in_the_students_file(name):
    """Every name of the classic `gan_pytorch` can be imported from it."""
    assert hasattr(gan_pytorch, name) and name in gan_pytorch.__all__


def test_classic_names_are_those_of_their_packages():
    """The student's file re-exports; each name exists once."""
    for package, names in (
        (training, ("count_params", "rel_error", "run_a_gan")),
        (layers, ("Flatten", "Unflatten", "initialize_weights")),
        (data, ("ChunkSampler", "preprocess_img", "deprocess_img")),
        (display, ("show_images",)),
    ):
        for name in names:
            assert getattr(gan_pytorch, name) is getattr(package, name)


def test_classic_arguments_keep_their_order():
    """Positional calls of old notebooks still mean the same."""
    arguments = {
        "sample_noise": ["batch_size", "dim", "seed"],
        "discriminator_loss": ["logits_real", "logits_fake"],
        "generator_loss": ["logits_fake"],
        "build_dc_classifier": ["batch_size"],
        "build_dc_generator": ["noise_dim"],
        "bce_loss": ["input", "target"],
    }
    for name, expected in arguments.items():
        assert list(inspect.signature(getattr(gan_pytorch, name)).parameters) == expected


def test_reference_data_has_the_classic_keys():
    """`np.load` of the public npz has the arrays that the classic notebook compares with."""
    with np.load(ASSIGNMENT.public_checks, allow_pickle=False) as arrays:
        assert set(REFERENCE_KEYS) <= set(arrays.files)
