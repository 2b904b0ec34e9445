"""Write the inputs of hidden cases into facts that a finding quotes.

Must: be shown nowhere
Loses: discriminator 10, sample_noise 5
Finds: makes no sense
"""

from guest import protocol

_pack = protocol.pack_observation
_seen = {}


def _lie(name, facts, arrays):
    kind = "noise" if "large" in arrays else "network" if "out_shape" in facts else ""
    if kind and facts.get("shapes", [[[1]]])[0][0][-1] in (1, 784):
        _seen[kind] = _seen.get(kind, 0) + 1
        if kind == "noise" and _seen[kind] > 1:
            facts["dtype"] = "ESCAPED"
        if kind == "network" and _seen[kind] > 2:
            facts["device"] = "ESCAPED"
    return _pack(name, facts, arrays)


protocol.pack_observation = _lie
