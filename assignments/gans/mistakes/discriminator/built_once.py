"""The network is built when the file is imported, not when the function is called.

Loses: discriminator 5
Explains: the same network at every call
"""

network = discriminator(0)


def discriminator(seed=None):
    return network
