"""Adam in its fused form."""


def get_optimizer(model):
    return optim.Adam(params=model.parameters(), lr=1e-3, betas=(0.5, 0.999), eps=1e-8, weight_decay=0, fused=True)
