"""The gans assignment: explanations of mistakes that are written in another way."""

import pytest

from autograder.authoring.matrix import text_of
from autograder.authoring.mistakes import load_known_solutions
from autograder.config import find_assignment
from helpers.assignments import verdict_on

ASSIGNMENT = find_assignment("gans")
BACKWARDS = """

class Other(nn.Module):
    def __init__(self):
        super().__init__()
        self.c = nn.Linear(256, 1)
        self.b = nn.Linear(256, 256)
        self.W = nn.Parameter(torch.zeros(784, 256))
        self.v = nn.Parameter(torch.zeros(256))

    def forward(self, x):
        x = nn.functional.leaky_relu(x.flatten(1) @ self.W + self.v, 0.2)
        return self.c(nn.functional.leaky_relu(self.b(x), 0.2))TAIL


def discriminator(seed=None):
    return Other()
"""
OTHERWISE = {
    "discriminator/slope_0_2": BACKWARDS.replace("TAIL", ""),
    "discriminator_loss/halved": """
def discriminator_loss(a, b):
    return (nn.functional.softplus(-a).mean() + nn.functional.softplus(b).mean()).view(1) / 2
""",
    "sample_noise/normal": """
def sample_noise(n, d, seed=None):
    import numpy as np
    return torch.from_numpy(np.random.RandomState(seed or 5).randn(n, d)).float()
""",
    "get_optimizer/betas_default": """
class Mine(optim.Adam):
    pass

def get_optimizer(m):
    return Mine([{"params": [p]} for p in m.parameters()], 1e-3)
""",
}


EXPLAINS = {e.name: e.explains for e in load_known_solutions(ASSIGNMENT, "mistakes")}


@pytest.mark.parametrize("name", OTHERWISE)
def test_a_mistake_is_explained_however_it_is_written(name):
    """Other classes, orders and formulas make no difference."""
    text = text_of(verdict_on(ASSIGNMENT, OTHERWISE[name], name.split("/")[0]))
    assert [words for words in EXPLAINS[name] if words not in text] == [], text


def test_two_mistakes_together_are_both_explained():
    """Slope 0.2 together with a final sigmoid: the check names both."""
    verdict = verdict_on(ASSIGNMENT, BACKWARDS.replace("TAIL", ".sigmoid()"), "discriminator")
    assert verdict.status == "failed"
    assert "negative slope 0.2" in text_of(verdict) and "ends with Sigmoid" in text_of(verdict)
