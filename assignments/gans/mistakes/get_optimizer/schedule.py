"""The learning rate of this optimizer falls after ten steps. It must stay 1e-3.

Loses: get_optimizer 5
Explains: moves the weights differently
"""


class Scheduled(optim.Adam):
    calls = 0

    def step(self, closure=None):
        self.calls += 1
        if self.calls == 10:
            self.param_groups[0]["lr"] = 5e-4
        return super().step(closure)


def get_optimizer(model):
    return Scheduled(model.parameters(), lr=1e-3, betas=(0.5, 0.999))
