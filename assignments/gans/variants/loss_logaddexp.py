"""Losses through torch.logaddexp and torch.logsumexp of two classes.

Remarks: remark_device, remark_flat
"""


def discriminator_loss(logits_real, logits_fake):
    zero = torch.zeros_like(logits_real)
    return torch.logaddexp(zero, -logits_real).mean() + torch.logaddexp(torch.zeros_like(logits_fake), logits_fake).mean()


def generator_loss(logits_fake):
    two = torch.cat([torch.zeros_like(logits_fake), logits_fake], dim=1)
    return nn.functional.cross_entropy(two, torch.ones(len(logits_fake), dtype=torch.long))
