import pytest
import torch
from torch import nn

from cs231n.training import speed
from cs231n.training.speed import Forward, check_precision, fuse


def step(optimizer, model):
    for number, p in enumerate(model.parameters(), start=1):
        p.grad = torch.linspace(-number, number, p.numel()).view(p.shape)
    optimizer.step()


@pytest.mark.parametrize("kind", [torch.optim.Adam, torch.optim.AdamW, torch.optim.SGD])
def test_a_fused_optimizer_steps_as_before(kind):
    """Fusing changes the kernel only, from the start or in the middle of a training."""
    models = [nn.Linear(5, 3) for _ in range(3)]
    for model in models[1:]:
        model.load_state_dict(models[0].state_dict())
    plain, early, late = (kind(m.parameters(), lr=0.1) for m in models)
    assert fuse(early) and early.param_groups[0]["fused"]
    for number in range(4):
        if number == 2:
            assert fuse(late)
        for optimizer, model in zip((plain, early, late), models, strict=True):
            step(optimizer, model)
    for model in models[1:]:
        for p, q in zip(models[0].parameters(), model.parameters(), strict=True):
            torch.testing.assert_close(p, q)


class OwnAdam(torch.optim.Adam):
    """What a student may have changed."""


@pytest.mark.parametrize(
    ("kind", "options"),
    [
        (OwnAdam, {}),
        (torch.optim.RMSprop, {}),
        (torch.optim.Adam, {"foreach": True}),
        (torch.optim.Adam, {"fused": False, "foreach": True}),
        (torch.optim.Adam, {"differentiable": True}),
    ],
)
def test_other_optimizers_stay_as_they_are(kind, options):
    """A subclass, another rule, or an implementation chosen by hand is left alone."""
    optimizer = kind(nn.Linear(2, 2).parameters(), lr=0.1, **options)
    before = {k: v for k, v in optimizer.param_groups[0].items() if k != "params"}
    assert not fuse(optimizer)
    assert {k: v for k, v in optimizer.param_groups[0].items() if k != "params"} == before


def test_weights_on_another_device_are_not_fused():
    """Only a processor and CUDA are known to have the kernel."""
    assert not fuse(torch.optim.Adam(nn.Linear(2, 2, device="meta").parameters()))


def test_forward_takes_the_fast_form_only_if_it_agrees():
    """A network that looks at its memory runs as it was written."""
    seen = []

    class Layout(nn.Module):
        def __init__(self, break_it):
            super().__init__()
            self.layer, self.break_it = nn.Conv2d(1, 4, 3), break_it

        def forward(self, x):
            y = self.layer(x)
            seen.append(y.is_contiguous())
            return y + float(self.break_it and not y.is_contiguous())

    x = torch.randn(2, 1, 8, 8)
    Forward(Layout(False))(x)
    assert not seen[-1]
    Forward(Layout(True))(x)
    assert seen[-1]


def test_bfloat16_keeps_weights_gradients_and_results_in_float32():
    """Only products are rounded: results differ a little, and every tensor outside is float32."""
    torch.manual_seed(0)
    model = nn.Sequential(nn.Conv2d(1, 4, 3), nn.Flatten(), nn.Linear(144, 1))
    x = torch.randn(2, 1, 8, 8)
    exact, found = Forward(model)(x), Forward(model, "bfloat16")(x)
    found.sum().backward()
    assert found.dtype == torch.float32 == model[0].weight.grad.dtype
    assert not torch.equal(found, exact)
    torch.testing.assert_close(found, exact, rtol=0.05, atol=0.02)


def test_an_unknown_precision_is_explained(monkeypatch):
    """A wrong word, or bfloat16 without the hardware, is refused with what to do."""
    cpu = torch.device("cpu")
    with pytest.raises(ValueError, match="found 'bf16'; leave it out"):
        check_precision("bf16", cpu)
    monkeypatch.setattr(speed, "has_bfloat16", lambda device: False)
    with pytest.raises(ValueError, match='found none on cpu; use precision="float32"'):
        check_precision("bfloat16", cpu)
    check_precision("float32", cpu)


def test_a_device_without_bfloat16_is_known():
    """MPS is not asked for bfloat16."""
    assert not speed.has_bfloat16(torch.device("mps"))
