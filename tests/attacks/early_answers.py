"""Send forged answers to all probes, and end before the real ones.

Must: gain nothing: whoever does not know the values cannot send them
Loses: all
Levels: fresh
"""

import json
import os
import sys

NAMES = ["import", *map(str, range(300)), "end"]
for name in NAMES:
    facts = {"stage": "done", "returned": "Tensor", "shape": [], "dtype": "torch.float32",
             "gradients": [True, True], "passed": True, "fraction": 1.0, "status": "passed"}
    arrays = [["value", "float64", [1]]]
    os.write(3, json.dumps({"id": name, "facts": facts, "arrays": arrays}).encode() + b"\n" + bytes(8))
os._exit(0)
