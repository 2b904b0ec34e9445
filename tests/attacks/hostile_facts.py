"""Answer with facts of the wrong kinds.

Must: be a finding, never a crash of the grader
Loses: generator_loss 10, ls_generator_loss 5
"""

from guest import protocol

_pack = protocol.pack_observation


def _lie(name, facts, arrays):
    if name.isdigit() and "changed" in facts and len(facts["changed"]) == 1:
        facts = {"stage": [], "alternatives": 10**14, "shape": "x", "error": 5, "gradients": {}}
    return _pack(name, facts, arrays)


protocol.pack_observation = _lie
