"""Charts as inline SVG: as wide as the page allows, with patterns besides colours."""

from collections.abc import Sequence

from markupsafe import Markup, escape

# Colours of Okabe and Ito, safe for colour-blind readers; each one has a pattern as well.
PATTERNS = {
    "passed": ("#009e73", ""),
    "partial": ("#e69f00", '<path d="M-2 10 10 -2M-2 4 4 -2M4 10 10 4" stroke="#5c3f00"/>'),
    "failed": ("#d55e00", '<path d="M0 0 8 8M8 0 0 8" stroke="#fff"/>'),
    "not_attempted": ("#fff", '<circle cx="4" cy="4" r="1.2" fill="#4a4e57"/>'),
    "crashed": ("#cc79a7", '<path d="M2 0V8M6 0V8" stroke="#4d1f37"/>'),
    "timed_out": ("#0072b2", '<path d="M0 2H8M0 6H8" stroke="#fff"/>'),
}
HEIGHT, TOP, FOOT = 150, 20, 22  # pixels: of the bars, and of the numbers above and below


def patterns() -> Markup:
    """Return the fills of `stacked`; a page needs them once, before its first chart."""
    fills = "".join(
        f'<pattern id="fill-{name}" width="8" height="8" patternUnits="userSpaceOnUse">'
        f'<rect width="8" height="8" fill="{colour}"/>{lines}</pattern>'
        for name, (colour, lines) in PATTERNS.items()
    )
    return Markup(f'<svg width="0" height="0" aria-hidden="true"><defs>{fills}</defs></svg>')


def swatch(name: str) -> Markup:
    """Return a small square for a legend."""
    return Markup(
        '<svg class="swatch" width="16" height="16" aria-hidden="true"><rect x=".5" y=".5" '
        f'width="15" height="15" fill="url(#fill-{name})" stroke="#1c1e21"/></svg>'
    )


def stacked(counts: Sequence[tuple[str, int]], label: str) -> Markup:
    """Return one bar, split by counts.

    Args:
        counts: pairs of a key of PATTERNS and a number.
        label: the text alternative.
    """
    total, x, parts = sum(count for _, count in counts) or 1, 0.0, []
    for name, count in counts:
        if count:
            width = 100 * count / total
            parts.append(f'<rect x="{x:.3f}%" y="1" width="{width:.3f}%" height="18" '
                         f'fill="url(#fill-{name})" stroke="#1c1e21"/>')  # fmt: skip
            x += width
    return _svg(20, label, parts)


def histogram(
    names: Sequence[str], counts: Sequence[int], label: str, ends: bool = False
) -> Markup:
    """Return bars side by side, each with its count above.

    Args:
        names: labels below the bars; with `ends`, below the lines between them, so one more.
        counts: the heights of the bars.
        label: the text alternative.
        ends: whether `names` labels the ends of the bars.
    """
    step, maximum, parts = 100 / len(counts), max([1, *counts]), []
    for number, count in enumerate(counts):
        bar = HEIGHT * count / maximum
        position = f'x="{(number + 0.08) * step:.2f}%" y="{TOP + HEIGHT - bar:.1f}"'
        size = f'width="{0.84 * step:.2f}%" height="{bar:.1f}"'
        parts.append(f'<rect {position} {size} fill="#0b57a4"/>')
        if count:
            parts.append(_text((number + 0.5) * step, TOP + HEIGHT - bar - 5, "middle", count))
    for number, name in enumerate(names):
        x = number * step if ends else (number + 0.5) * step
        anchor = "middle"
        if ends and number in (0, len(names) - 1):
            anchor = "start" if number == 0 else "end"
        parts.append(_text(x, TOP + HEIGHT + 16, anchor, name))
    line = TOP + HEIGHT
    parts.append(f'<line x1="0" x2="100%" y1="{line}" y2="{line}" stroke="#1c1e21"/>')
    return _svg(TOP + HEIGHT + FOOT, label, parts)


def _text(x: float, y: float, anchor: str, content: object) -> str:
    return f'<text x="{x:.2f}%" y="{y:.1f}" text-anchor="{anchor}">{escape(content)}</text>'


def _svg(height: int, label: str, parts: list[str]) -> Markup:
    head = f'<svg role="img" width="100%" height="{height}" aria-label="{escape(label)}">'
    return Markup(head + "".join(parts) + "</svg>")
