"""The loop printed in each notebook is the loop that runs."""

import ast
import inspect
import re
import textwrap
from pathlib import Path

import nbformat
import pytest

from cs231n.training import train_blocks, train_gan

ROOT = Path(__file__).resolve().parents[2]
LOOPS = {"GANs-PyTorch.ipynb": train_gan, "First-GAN.ipynb": train_blocks}


@pytest.mark.parametrize("notebook", LOOPS)
def test_the_printed_loop_is_the_for_statement_of_the_function_that_trains(notebook):
    """Without numbers and comments, the printed lines are the function's loop over the batches.

    What follows the printed lines in the loop only records the step: no call of backward or step.
    """
    text = "\n".join(c.source for c in nbformat.read(ROOT / notebook, as_version=4).cells)
    [(file, block)] = re.findall(r"```python\n# (\S+)\n(.*?)```", text, re.DOTALL)
    function = LOOPS[notebook]
    assert Path(inspect.getfile(function)) == ROOT / file
    numbers = re.findall(r"^ ?(\d+)  ", block, re.MULTILINE)
    assert numbers == [str(n) for n in range(1, len(numbers) + 1)] and 12 <= len(numbers) <= 16
    printed = ast.parse("\n".join(line[4:] for line in block.splitlines())).body[0]
    source = ast.parse(textwrap.dedent(inspect.getsource(function)))
    loops = [node for node in ast.walk(source) if isinstance(node, ast.For)]
    [loop] = [node for node in loops if ast.unparse(node.iter) == "schedule"]
    count = len(printed.body)
    assert ast.dump(loop.target) == ast.dump(printed.target)
    assert list(map(ast.dump, loop.body[:count])) == list(map(ast.dump, printed.body))
    rest = "\n".join(map(ast.unparse, loop.body[count:]))
    assert ".backward(" not in rest and "optimizer" not in rest and "record" in rest
