"""Plant hooks in the checks, then fail on purpose, so that the file is only partly loaded.

Must: earn nothing by what the hooks return
Loses: all
"""

# whole file

import sys

import torch
from cs231n.engine import probes
from cs231n.engine.loading import load_source, loss, recovery

recovery.report_on = lambda *args: load_source.FileReport()
probes.observe = lambda module, case: None
loss.Recorder.observation = lambda self: None
sys.settrace(lambda *args: None)
raise RuntimeError("now the rest is skipped")
