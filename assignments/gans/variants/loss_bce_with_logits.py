"""Losses from nn.BCEWithLogitsLoss and F.binary_cross_entropy_with_logits.

Remarks: remark_device
"""


def discriminator_loss(logits_real, logits_fake):
    criterion = nn.BCEWithLogitsLoss(reduction="mean")
    loss = criterion(logits_real, torch.ones(logits_real.size())) + criterion(logits_fake, torch.zeros(logits_fake.size()))
    return loss


def generator_loss(logits_fake):
    target = torch.ones_like(logits_fake, requires_grad=False)
    return nn.functional.binary_cross_entropy_with_logits(logits_fake, target)
