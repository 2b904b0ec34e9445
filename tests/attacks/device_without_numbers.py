"""Return tensors of a device that holds no numbers.

Must: earn nothing: only one remark is about that device
Loses: generator_loss 10, ls_generator_loss 5
"""


def generator_loss(logits_fake):
    return torch.zeros((), device="meta", requires_grad=True)


def ls_generator_loss(logits_fake):
    return torch.empty((), device="meta")
