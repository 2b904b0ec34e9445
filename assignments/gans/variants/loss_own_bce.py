"""A bce_loss of its own in place of the given one, stable in another way, and targets of
another type.

Remarks: remark_device, remark_unequal
"""


def bce_loss(input, target):
    loss = input - input * target + torch.nn.functional.softplus(-input)
    return loss.mean()


def discriminator_loss(logits_real, logits_fake):
    true_labels = torch.ones(logits_real.shape).type(dtype)
    real = bce_loss(logits_real, true_labels)
    fake = bce_loss(logits_fake, 1 - true_labels)
    return real + fake


def generator_loss(logits_fake):
    return bce_loss(logits_fake, torch.ones(logits_fake.shape).type(dtype))
