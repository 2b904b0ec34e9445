"""Files with ten correct functions and a flaw around them, as students hand them in."""

from helpers.course import ASSIGNMENT

SOLUTION = ASSIGNMENT.solution.read_text("utf-8")
MNIST = "import torchvision\nfrom torchvision.datasets import MNIST\n"

# Code before or after the solution, and the remark that it leads to; None for none.
AROUND: dict[str, tuple[str, str, str | None]] = {
    "failing assert": ("", "assert False, 'my own test'", "line_failed"),
    "own test": ("", "def test():\n    raise ValueError\n\n\ntest()", "line_failed"),
    "exit": ("", "import sys\nsys.exit(1)", "line_failed"),
    "endless loop": ("", "while True:\n    pass", "line_failed"),
    "mnist": (
        MNIST, "DATA = MNIST('./data', train=True, download=True)\nIMAGE = DATA[49999][0]", None,
    ),
    "mnist by its full name": (
        MNIST, "D = torchvision.datasets.MNIST('d', download=True)\nassert len(D) == 60000", None,
    ),
    "get_ipython": ("get_ipython().run_line_magic('matplotlib', 'inline')", "display(1)", None),
    "drive": ("from google.colab import drive\ndrive.mount('/content/drive')", "", None),
    "folder of Colab": ("import os\nos.makedirs('/content/out', exist_ok=True)", "", None),
    "log in /content": ("LOG = open('/content/log.txt', 'w')\nLOG.write('x')", "LOG.close()", None),
    "seaborn": ("import seaborn as sns\nsns.set()\nsns.set_style('dark')", "", "package_absent"),
    "tensorboard": (
        "from torch.utils.tensorboard import SummaryWriter\nWRITER = SummaryWriter('runs')", "",
        "package_absent",
    ),
    "derived class": (
        "import pytorch_lightning as pl\n\n\nclass Lit(pl.LightningModule):\n    pass",
        "NET = Lit()", "package_absent",
    ),
    "decorator": ("from typeguard import typechecked", "@typechecked\ndef helper():\n    pass",
                  "package_absent"),
    "name of the GPU": ("import torch\nprint(torch.cuda.get_device_name(0))", "", None),
    "choice of the GPU": (
        "import torch\ntorch.cuda.set_device(0)\ntorch.cuda.synchronize()\n"
        "N = torch.cuda.current_device()", "", None,
    ),
    "generator on the GPU": ("import torch\nG = torch.Generator(device='cuda')",
                             "torch.rand(2, generator=G)", None),
    "backend": (
        "import matplotlib.pyplot as plt\nplt.switch_backend('TkAgg')", "plt.figure()", None,
    ),
    "thread": ("import threading\nthreading.Thread(target=print).start()", "", "line_failed"),
    "nvidia-smi": (
        "import subprocess\nsubprocess.run(['nvidia-smi'], check=True)", "", "line_failed",
    ),
    "user": ("import getpass\nUSER = getpass.getuser()", "", None),
    "other npz": ("import numpy as np\nA = np.load('gan-checks-tf.npz')", "A['logits_real']", None),
    "compiled": ("", "import torch\nls_generator_loss = torch.compile(ls_generator_loss)",
                 "uncompiled"),
    "class after the failure": ("undefined()\n\n\nclass After:\n    pass", "AFTER = After()",
                                "line_failed"),
}  # fmt: skip


def around(name: str) -> bytes:
    """Return the solution with the code of an example around it."""
    before, after, _ = AROUND[name]
    return f"{before}\n{SOLUTION}\n\n{after}\n".encode()
