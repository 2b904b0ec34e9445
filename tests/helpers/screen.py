"""Record what a notebook would display."""

import base64
import re
from types import SimpleNamespace

from cs231n import display
from cs231n.training import live_figure


class Screen:
    """A replacement for the output of a notebook that keeps every bundle, by display handle."""

    def __init__(self, monkeypatch):
        self.outputs = []
        monkeypatch.setattr(display, "in_kernel", lambda: True)
        monkeypatch.setattr(live_figure, "in_kernel", lambda: True)
        monkeypatch.setattr("IPython.display.display", self.display)

    def display(self, bundle, raw, metadata, display_id):
        assert raw and display_id
        states = [(bundle, metadata)]
        self.outputs.append(states)
        update = lambda bundle, raw, metadata: states.append((bundle, metadata))  # noqa: E731
        return SimpleNamespace(update=update)


def picture(bundle) -> bytes:
    """Return the PNG of a display bundle, which its HTML embeds too."""
    data = re.search(r'src="data:image/png;base64,([^"]+)"', bundle["text/html"]).group(1)
    assert data == bundle["image/png"]
    return base64.b64decode(data)
