"""Send the answers of the worker a second time.

Must: be malformed; what was right stays right
Loses: all
Finds: forged
"""

import os

from guest import protocol

_pack = protocol.pack_observation
protocol.pack_observation = lambda *values: _pack(*values) * 2
