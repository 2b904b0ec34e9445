"""Say "not attempted" where the formula would overflow.

Must: cost what the overflow costs
Loses: generator_loss 5
Finds: For small scores it is right
"""


def generator_loss(logits_fake):
    if logits_fake.abs().max() > 6:
        raise NotImplementedError
    return -torch.log(torch.sigmoid(logits_fake)).mean()
