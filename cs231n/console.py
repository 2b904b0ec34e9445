"""Output that never ends a command: characters that the terminal cannot show are replaced."""

import codecs
import sys
import unicodedata

PLAIN = {
    "\N{CHECK MARK}": "+", "\N{MULTIPLICATION X}": "x", "\N{WHITE CIRCLE}": "o",
    "\N{BALLOT X}": "x", "\N{RIGHTWARDS ARROW}": "->", "\N{MULTIPLICATION SIGN}": "x",
    "\N{EN DASH}": "-", "\N{EM DASH}": "-", "\N{HORIZONTAL ELLIPSIS}": "...",
    "\N{LEFT DOUBLE QUOTATION MARK}": '"', "\N{RIGHT DOUBLE QUOTATION MARK}": '"',
    "\N{LEFT SINGLE QUOTATION MARK}": "'", "\N{RIGHT SINGLE QUOTATION MARK}": "'",
}  # fmt: skip
HANDLER = "cs231n.plain"


def show_any_text() -> None:
    """Let `print` write any text to a terminal or a file of any encoding.

    Windows consoles use cp1252 or GBK, and a C locale ASCII; `print` would raise there.
    """
    codecs.register_error(HANDLER, _plain)
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors=HANDLER)


def _plain(error: UnicodeError) -> tuple[str, int]:
    """Return similar text in ASCII for the characters that cannot be encoded."""
    if not isinstance(error, UnicodeEncodeError):
        raise error
    text = error.object[error.start : error.end]
    return "".join(_similar(character) for character in text), error.end


def _similar(character: str) -> str:
    if character in PLAIN:
        return PLAIN[character]
    base = unicodedata.normalize("NFKD", character).encode("ascii", "ignore").decode()
    return base or "?"
