"""A real browser for tests: the system's Chromium, driven by Playwright."""

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

PROGRAMS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
OPTIONS = (
    "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync",
)  # fmt: skip
PICTURES = Path(os.environ.get("GANS_PICTURES", Path(tempfile.gettempdir()) / "gans-pictures"))


@contextmanager
def open_page(width: int = 1280, height: int = 900, **context) -> Iterator:
    """A page of a fresh browser; skips the test where there is no Chromium.

    Args:
        width, height: of the window, in CSS pixels.
        context: further options of Playwright's `new_context`, such as `java_script_enabled`.
    """
    program = next(filter(None, map(shutil.which, PROGRAMS)), None)
    if program is None:
        pytest.skip("needs Chromium (Debian, Ubuntu: `apt-get install chromium`)")
    from playwright.sync_api import sync_playwright

    with sync_playwright() as play:
        rights = ["--no-sandbox"] if os.geteuid() == 0 else []  # Chromium refuses root otherwise
        browser = play.chromium.launch(executable_path=program, args=[*OPTIONS, *rights])
        try:
            page = browser.new_context(
                viewport={"width": width, "height": height}, **context
            ).new_page()
            yield page
        finally:
            browser.close()


def keep_picture(page, name: str, **options) -> Path:
    """Write a screenshot to $GANS_PICTURES (outside the repository), for a person to look at."""
    PICTURES.mkdir(parents=True, exist_ok=True)
    path = PICTURES / f"{name}.png"
    page.screenshot(path=str(path), **options)
    return path
