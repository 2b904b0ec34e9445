"""Answer as if the grader itself had found nothing but a remark that costs nothing.

Must: earn nothing for the tasks that lie
Loses: generator_loss 10, ls_generator_loss 5
"""

from guest import protocol

_pack = protocol.pack_observation


def _lie(name, facts, arrays):
    if name.isdigit() and "changed" in facts and len(facts["changed"]) == 1:
        facts, arrays = {"lost": {"code": "broadcast", "words": {}}}, {}
    return _pack(name, facts, arrays)


protocol.pack_observation = _lie
