"""A loss computed by nn.BCELoss on sigmoid(score), which cuts off large losses and their gradient.
Use bce_loss on the scores.

Loses: discriminator_loss 5
Explains: scores of 30; log(sigmoid(score))
"""


def discriminator_loss(logits_real, logits_fake):
    criterion = nn.BCELoss()
    real = criterion(torch.sigmoid(logits_real), torch.ones_like(logits_real))
    fake = criterion(torch.sigmoid(logits_fake), torch.zeros_like(logits_fake))
    return real + fake
