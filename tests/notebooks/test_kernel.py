"""A training in a real kernel: what reaches the screen, and what an interrupt leaves."""

import time
from pathlib import Path

import pytest
from jupyter_client.manager import start_new_kernel

TOP = Path(__file__).resolve().parents[2]
SETUP = """
import torch
from torch import nn
from cs231n.training import train_gan, watch

torch.manual_seed(0), torch.set_num_threads(1)

def start(epochs):
    global D, G, before
    D = nn.Sequential(nn.Flatten(), nn.Linear(784, 8), nn.LeakyReLU(0.01), nn.Linear(8, 1))
    G = nn.Sequential(nn.Linear(5, 8), nn.ReLU(), nn.Linear(8, 784), nn.Tanh())
    before = [p.detach().clone() for m in (D, G) for p in m.parameters()]
    optimizers = [torch.optim.Adam(m.parameters()) for m in (D, G)]
    d_loss = lambda real, fake: nn.functional.softplus(-real).mean() + nn.functional.softplus(fake).mean()
    g_loss = lambda fake: nn.functional.softplus(-fake).mean()
    loader = [torch.rand(8, 1, 28, 28)] * 10
    return train_gan(D, G, *optimizers, d_loss, g_loss, loader, batch_size=8, noise_size=5,
                     num_epochs=epochs, show_every=50)
"""  # noqa: E501


class Kernel:
    """A kernel and what its cells have put on the screen."""

    def __init__(self):
        self.manager, self.client = start_new_kernel(kernel_name="python3", cwd=str(TOP))

    def run(self, code: str, on_output=lambda message: None) -> list[dict]:
        """Run a cell; its outputs as (type, content), an update in the place of what it updates.

        Raises:
            AssertionError: the cell ended with an error.
        """
        shown, by_handle = [], {}

        def collect(message: dict) -> None:
            kind, content = message["header"]["msg_type"], message["content"]
            handle = content.get("transient", {}).get("display_id")
            if kind == "update_display_data":
                by_handle[handle].update(content, updates=by_handle[handle].get("updates", 0) + 1)
            elif kind in ("display_data", "stream", "execute_result", "error"):
                shown.append(content)
                by_handle[handle] = content
            on_output(content)

        reply = self.client.execute_interactive(code, output_hook=collect, timeout=120)
        assert reply["content"]["status"] == "ok", reply["content"].get("traceback")
        return shown


@pytest.fixture(scope="module")
def kernel():
    kernel = Kernel()
    try:
        kernel.run(SETUP)
        yield kernel
    finally:
        kernel.client.stop_channels()
        kernel.manager.shutdown_kernel(now=True)


def stopper(kernel):
    """A watcher of outputs that interrupts the kernel at the second picture."""
    seen = []

    def interrupt(content: dict) -> None:
        if "image/png" in content.get("data", {}):
            seen.append(time.monotonic())
            if len(seen) == 2:
                kernel.manager.interrupt_kernel()

    return interrupt


def line(shown: list[dict]) -> str:
    return shown[0]["data"]["text/plain"]


def test_a_training_shows_one_line_and_one_picture(kernel):
    """A real kernel sends two outputs; later states replace them, and the last one stays."""
    shown = kernel.run("history = watch(start(epochs=30), every=0.01)")
    assert len(shown) == 2 and all(output["updates"] >= 1 for output in shown)
    assert "step 300 of 300" in line(shown) and "done after" in line(shown)
    assert shown[1]["data"]["text/html"].startswith(
        '<img alt="GAN, 8 samples, both losses and mean scores.'
    )


def test_an_interrupt_keeps_what_was_trained(kernel):
    """Interrupting the kernel ends the cell without a traceback; history and weights are there."""
    shown = kernel.run("history = watch(start(epochs=10**6), every=0.01)", stopper(kernel))
    assert len(shown) == 2 and "interrupted after" in line(shown)
    [facts] = kernel.run(
        "moved = [not torch.equal(p, q) for p, q in "
        "zip(before, [p for m in (D, G) for p in m.parameters()])]\n"
        "grads = all(p.requires_grad for m in (D, G) for p in m.parameters())\n"
        "print(history.interrupted, len(history.d_loss) > 1, all(moved), grads, "
        "len(history.samples) == len(history.sample_steps) >= 1)"
    )
    assert facts["text"].split() == ["True"] * 5


def test_an_interrupted_run_is_continued(kernel):
    """watch(resume=history) goes on after the last step and shows the number of threads."""
    kernel.run(
        "records = start(epochs=10**6)\nhistory = watch(records, every=0.01)", stopper(kernel)
    )
    shown = kernel.run(
        "steps = len(history.d_loss)\nlonger = watch(resume=history, every=0.01)",
        stopper(kernel),
    )
    assert "thread" in line(shown).splitlines()[1]
    [facts] = kernel.run(
        "print(len(longer.d_loss) > steps > 1, (longer.d_loss[:steps] == history.d_loss).all())"
    )
    assert facts["text"].split() == ["True"] * 2


def test_running_the_cell_again_starts_anew(kernel):
    """After an interrupt the same cell trains new networks from step 1 to its end."""
    shown = kernel.run("history = watch(start(epochs=3))")
    assert line(shown).startswith("step 30 of 30") and "done after" in line(shown)
    assert len(shown) == 2  # a figure of its own, below the one of the run before
