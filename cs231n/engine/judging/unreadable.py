"""What to say of a file that cannot be imported."""


def import_code(known: dict) -> str:
    """Whether Python could not read the file, or ran it and was stopped by an exception."""
    read = known["line"] is not None and known["caret"] is None
    return "import_failed" if read else "unreadable"


def import_words(known: dict) -> dict:
    """What the sentence on an unreadable file leaves open."""
    return {"line": known["line"] or "unknown", "error": f"{known['type']}: {known['message']}"}


def source_lines(known: dict) -> list[str]:
    """The line at fault, with a caret below the place."""
    if not known["text"]:
        return []
    text = known["text"].rstrip()
    cut = len(text) - len(text.lstrip())
    lines = [text.strip()]
    if known["caret"]:
        lines.append(" " * max(0, known["caret"] - 1 - cut) + "^")
    return lines
