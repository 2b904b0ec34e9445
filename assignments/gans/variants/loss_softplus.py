"""Losses written with F.softplus and F.logsigmoid."""

import torch.nn.functional as F


def discriminator_loss(logits_real, logits_fake):
    return F.softplus(-logits_real).mean() + F.softplus(logits_fake).mean()


def generator_loss(logits_fake):
    return -F.logsigmoid(logits_fake).mean()
