"""The function already calls backward. The training loop does that, with what the function
returns.

Loses: get_disc_loss 15
Explains: calls backward itself
"""


def get_disc_loss(gen, disc, criterion, real, num_images, z_dim, device):
    noise = get_noise(num_images, z_dim, device=device)
    fake = disc(gen(noise).detach())
    true = disc(real)
    loss = (criterion(fake, torch.zeros_like(fake)) + criterion(true, torch.ones_like(true))) / 2
    loss.backward()
    return loss
