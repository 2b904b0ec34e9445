"""Names of the file used again for something else after the functions: numbers, a loop
variable, the generator that was built."""

N = 128
D = discriminator().type(dtype)
G = generator().type(dtype)
model = D
seed = 3
for i in range(3):
    z = sample_noise(4, 96)
    G(z)
torch.set_grad_enabled(True)
torch.manual_seed(0)
