"""The first-gan assignment: verdicts that depend on its blocks, its losses and their partners."""

import pytest

from autograder.config import find_assignment
from helpers.assignments import hidden_data, public_data, verdict_on

ASSIGNMENT = find_assignment("first-gan")
BROKEN_PARTS = """
def get_generator_block(input_dim, output_dim):
    return nn.Linear(input_dim, output_dim)

def get_discriminator_block(input_dim, output_dim):
    raise NotImplementedError

def get_noise(n_samples, z_dim, device="cpu"):
    raise NotImplementedError
"""


@pytest.mark.parametrize("task", ["Generator", "Discriminator", "get_disc_loss", "get_gen_loss"])
def test_a_broken_part_costs_nothing_where_it_is_used(task):
    """Networks built from wrong or missing blocks, and losses without noise, pass."""
    verdict = verdict_on(ASSIGNMENT, BROKEN_PARTS, task)
    assert verdict.status == "passed"
    remarks = [f.text for f in verdict.findings]
    blocks = {"Generator": "get_generator_block", "Discriminator": "get_discriminator_block"}
    if task in blocks:
        assert remarks == [
            f"This function is correct, but it uses {blocks[task]}, which is not correct yet."
        ]
    else:
        assert remarks == []


def test_a_wrong_network_of_wrong_blocks_still_fails():
    """Stubs replace the blocks, but not the network."""
    text = BROKEN_PARTS + (
        "\nclass Generator(Generator):\n    def forward(self, z):\n        return -self.gen(z)\n"
    )
    assert verdict_on(ASSIGNMENT, text, "Generator").fraction == 0


@pytest.mark.parametrize("task", ["Generator", "Discriminator"])
def test_default_values_are_judged_in_public_cases_only(task):
    """Every submission meets the calls without arguments, because no drawn case contains them."""
    public, hidden = public_data(ASSIGNMENT), hidden_data(ASSIGNMENT)
    bare = [case.id for case in public.task(task).cases if not case.args]
    assert bare == [f"{task}.public.defaults", f"{task}.public.defaults.apart"]
    assert all(case.args for case in hidden.task(task).cases)


OTHER_BLOCKS = {
    "input_dim, output_dim, bias=False": ["fewer_parameters"],
    "input_dim, output_dim, bias=True": [],
    "input_dim, output_dim + 1": ["parts_wrong"],
}


@pytest.mark.parametrize("sizes", OTHER_BLOCKS)
def test_other_blocks_do_not_pass_for_other_defaults(sizes):
    """A flaw in a block is reported once, and not again for the call without arguments."""
    text = f"""
def get_generator_block(input_dim, output_dim):
    return nn.Sequential(nn.Linear({sizes}), nn.BatchNorm1d(output_dim), nn.ReLU())
"""
    verdict = verdict_on(ASSIGNMENT, text, "Generator")
    assert (verdict.fraction, [f.code for f in verdict.findings]) == (1.0, OTHER_BLOCKS[sizes])
    text += """
class Generator(Generator):
    def __init__(self, z_dim=9, im_dim=784, hidden_dim=128):
        super().__init__(z_dim, im_dim, hidden_dim)
"""
    verdict = verdict_on(ASSIGNMENT, text, "Generator")
    assert verdict.fraction == 0.8 and verdict.findings[0].code == "wrong_defaults"


def test_a_builder_that_returns_one_network_is_found_with_any_blocks():
    """Returning the same network at every call costs half, with correct or wrong blocks."""
    text = """
KEPT, MADE = {}, Generator
def Generator(*sizes):
    key = (*sizes, get_generator_block)
    if key not in KEPT:
        KEPT[key] = MADE(*sizes)
    return KEPT[key]
"""
    for blocks in ("", BROKEN_PARTS):
        verdict = verdict_on(ASSIGNMENT, blocks + text, "Generator")
        assert verdict.fraction == 0.5 and "shared" in [f.code for f in verdict.findings]


def test_not_attempted_on_another_device_costs_what_a_fixed_device_costs():
    """The verdict does not claim that such a loss cuts off the gradients."""
    text = """
LOSS = get_gen_loss
def get_gen_loss(gen, disc, criterion, num_images, z_dim, device):
    if device == "meta":
        raise NotImplementedError
    return LOSS(gen, disc, criterion, num_images, z_dim, device)
"""
    verdict = verdict_on(ASSIGNMENT, text, "get_gen_loss")
    assert verdict.fraction == 0.8
    assert [f.code for f in verdict.findings] == ["fixed_device"]


def test_noise_without_get_noise_is_judged_by_its_law():
    """A loss may draw its own normal noise; uniform noise costs marks."""
    loss = """
def get_gen_loss(gen, disc, criterion, num_images, z_dim, device):
    fake = disc(gen(NOISE))
    return criterion(fake, torch.ones_like(fake))
"""
    right = loss.replace("NOISE", "torch.randn(num_images, z_dim).to(device)")
    wrong = loss.replace("NOISE", "torch.rand(num_images, z_dim).to(device)")
    assert verdict_on(ASSIGNMENT, right, "get_gen_loss").status == "passed"
    assert verdict_on(ASSIGNMENT, wrong, "get_gen_loss").findings[0].code == "loss_noise"


@pytest.mark.parametrize("scale", [0.95, 1.05])
def test_a_deviation_that_is_a_little_off_is_found(scale):
    """A standard deviation of 0.95 or 1.05 is refused, in get_noise and inside a loss."""
    noise = f"def get_noise(n, z_dim, device='cpu'):\n    return {scale} * torch.randn(n, z_dim, "
    verdict = verdict_on(ASSIGNMENT, noise + "device=device)\n", "get_noise")
    assert verdict.fraction == 0
    assert [f.code for f in verdict.findings] == ["explanation", "not_normal"]
    assert "standard deviation about" in verdict.findings[0].text
    loss = f"""
def get_gen_loss(gen, disc, criterion, num_images, z_dim, device):
    fake = disc(gen({scale} * torch.randn(num_images, z_dim, device=device)))
    return criterion(fake, torch.ones_like(fake))
"""
    assert verdict_on(ASSIGNMENT, loss, "get_gen_loss").findings[0].code == "loss_noise"


def test_the_same_noise_twice_is_found():
    """A loss that draws its noise only once is reported as repeated."""
    text = """
KEPT = {}
def get_gen_loss(gen, disc, criterion, num_images, z_dim, device):
    if (num_images, z_dim, str(device)) not in KEPT:
        KEPT[num_images, z_dim, str(device)] = get_noise(num_images, z_dim, device=device)
    fake = disc(gen(KEPT[num_images, z_dim, str(device)]))
    return criterion(fake, torch.ones_like(fake))
"""
    findings = verdict_on(ASSIGNMENT, text, "get_gen_loss").findings
    assert [f.code for f in findings] == ["repeated"]  # and no known mistake beside it


FREEZING = """
def get_disc_loss(gen, disc, criterion, real, num_images, z_dim, device):
    FREEZE
    fake, true = disc(gen(get_noise(num_images, z_dim, device=device)).detach()), disc(real)
    return (criterion(fake, torch.zeros_like(fake)) + criterion(true, torch.ones_like(true))) / 2
"""
THAWING = """
LOSS = get_gen_loss
def get_gen_loss(gen, *others):
    gen.requires_grad_(True)
    return LOSS(gen, *others)
"""


@pytest.mark.parametrize("freeze", ["gen.requires_grad_(False)", "gen.w.requires_grad = False"])
def test_a_network_that_stays_frozen_is_found(freeze):
    """A correct loss that leaves a network frozen gets half the marks, and a finding says so."""
    verdict = verdict_on(ASSIGNMENT, FREEZING.replace("FREEZE", freeze), "get_disc_loss")
    assert verdict.fraction == 0.5 and verdict.findings[0].code == "left_frozen"
    assert "Your function leaves the generator frozen" in verdict.findings[0].text


@pytest.mark.parametrize("other", ["raise SystemExit", "raise NotImplementedError", "return None"])
def test_only_the_loss_that_comes_next_may_thaw(other):
    """One loss may unfreeze what the other froze, unless it is broken."""
    text = FREEZING.replace("FREEZE", "gen.requires_grad_(False)")
    assert verdict_on(ASSIGNMENT, text + THAWING, "get_disc_loss").status == "passed"
    text += f"\ndef get_gen_loss(*given):\n    {other}\n"
    assert verdict_on(ASSIGNMENT, text, "get_disc_loss").findings[0].code == "left_frozen"


def test_a_seed_inside_a_loss_is_found():
    """A loss that seeds the random numbers is reported as such."""
    text = """
def get_gen_loss(gen, disc, criterion, num_images, z_dim, device):
    torch.manual_seed(42)
    fake = disc(gen(get_noise(num_images, z_dim, device=device)))
    return criterion(fake, torch.ones_like(fake))
"""
    assert verdict_on(ASSIGNMENT, text, "get_gen_loss").findings[0].code == "reseeds"


def test_a_loss_that_fails_elsewhere_costs_what_it_did_although_it_prints():
    """Printing the loss does not hide labels that are always on the CPU."""
    text = """
def get_gen_loss(gen, disc, criterion, num_images, z_dim, device):
    fake = disc(gen(get_noise(num_images, z_dim, device=device)))
    loss = criterion(fake, torch.ones(num_images, 1))
    print(loss.item())
    return loss
"""
    assert "fixed_device" in [f.code for f in verdict_on(ASSIGNMENT, text, "get_gen_loss").findings]
