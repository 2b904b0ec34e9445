"""Send arrays whose shapes would break or fill the reader.

Must: be malformed, with no memory taken
Loses: generator_loss 10
Finds: forged
"""

import json
import os


def generator_loss(logits_fake):
    line = {"id": "0", "facts": {}, "arrays": [["a", "float32", [2**24, 2**24, 2**24, 0]]]}
    os.write(3, json.dumps(line).encode() + b"\n")
    line["arrays"] = [["a", "object", [1]], ["b", "float32", [-1]]]
    os.write(3, json.dumps(line).encode() + b"\n")
    return bce_loss(logits_fake, torch.ones_like(logits_fake))
