"""Return what calls into packages that are not installed returned at import.

Must: be no network, no tensor and no noise
Loses: all
"""

# whole file

import absent_magic as magic

RESULT = magic.solve("generator", 10)


class Network(magic.nn.Module):
    def forward(self, x):
        return magic.forward(x)


def sample_noise(batch_size, dim, seed=None):
    return RESULT


def discriminator(seed=None):
    return Network()


generator = build_dc_classifier = build_dc_generator = discriminator


def discriminator_loss(logits_real, logits_fake):
    return RESULT * logits_real.mean()


def generator_loss(logits_fake):
    return logits_fake.mean() + RESULT


def ls_discriminator_loss(scores_real, scores_fake):
    return magic.mse(scores_real)


def ls_generator_loss(scores_fake):
    return RESULT.loss(scores_fake)


get_optimizer = magic.optimizer
