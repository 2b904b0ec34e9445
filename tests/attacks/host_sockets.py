"""Connect to sockets of the host by path and by abstract name.

Must: be refused; the honest rest of the file keeps its marks
"""

import socket


def generator_loss(logits_fake):
    for address in (PLANTED["socket"], PLANTED["abstract"], "/run/docker.sock", "/run/dbus/system_bus_socket"):
        try:
            with socket.socket(socket.AF_UNIX) as line:
                line.connect(address)
        except OSError:
            continue
        raise SystemError("ESCAPED: " + address)
    return bce_loss(logits_fake, torch.ones_like(logits_fake))
