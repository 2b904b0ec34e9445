"""The labels have a fixed number of rows. Make them as many as there are scores:
torch.ones_like.

Loses: generator_loss 10
Explains: size of tensor a (7) must match the size of tensor b (10)
"""


def generator_loss(logits_fake):
    labels = torch.ones(10, 1)
    return bce_loss(logits_fake, labels)
