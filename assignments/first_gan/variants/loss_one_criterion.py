"""A loss that calls the criterion once for both halves.

Remarks: remark_unequal
"""


def get_disc_loss(gen, disc, criterion, real, num_images, z_dim, device):
    fakes = gen(get_noise(num_images, z_dim, device=device)).detach()
    scores = disc(torch.cat([real, fakes]))
    labels = torch.cat([torch.ones(len(real), 1), torch.zeros(len(fakes), 1)]).to(scores)
    return criterion(scores, labels)
