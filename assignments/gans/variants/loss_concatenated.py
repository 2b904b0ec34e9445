"""Real and generated scores in one batch, twice the mean (or the sum over N).

Remarks: remark_unequal
"""


def discriminator_loss(logits_real, logits_fake):
    logits = torch.cat((logits_real, logits_fake), dim=0)
    labels = torch.cat((torch.ones_like(logits_real), torch.zeros_like(logits_fake)), dim=0)
    return 2 * bce_loss(logits, labels)


def ls_discriminator_loss(scores_real, scores_fake):
    scores = torch.cat([scores_real, scores_fake])
    labels = torch.cat([torch.ones_like(scores_real), torch.zeros_like(scores_fake)])
    return nn.functional.mse_loss(scores, labels)
