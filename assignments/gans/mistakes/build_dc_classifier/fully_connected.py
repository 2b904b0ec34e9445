"""This is the fully connected discriminator of the earlier task. The text asks for
convolutions here.

Loses: build_dc_classifier 10
"""


def build_dc_classifier(batch_size):
    model = nn.Sequential(
        Flatten(),
        nn.Linear(784, 256),
        nn.LeakyReLU(0.01),
        nn.Linear(256, 256),
        nn.LeakyReLU(0.01),
        nn.Linear(256, 1),
    )
    return model
