"""The file trains a little when it is imported. That takes time, but costs nothing.

"""

D = discriminator()
G = generator()
D_solver = get_optimizer(D)
G_solver = get_optimizer(G)
for step in range(3):
    real = torch.rand(16, 784) * 2 - 1
    D_solver.zero_grad()
    fake = G(sample_noise(16, 96)).detach()
    d_loss = discriminator_loss(D(real), D(fake))
    d_loss.backward()
    D_solver.step()
    G_solver.zero_grad()
    g_loss = generator_loss(D(G(sample_noise(16, 96))))
    g_loss.backward()
    G_solver.step()
    print(step, d_loss.item(), g_loss.item())
