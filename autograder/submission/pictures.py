"""Pictures that students paste into an answer: decoded within bounds and encoded again.

Nothing of the uploaded bytes reaches the grader's browser, only the pixels.
"""

import base64
import binascii
import io
import re
from collections.abc import Sequence
from dataclasses import dataclass

from PIL import Image, UnidentifiedImageError

MAX_PICTURES = 6  # of one answer
MAX_BYTES = 8 * 2**20  # of one picture as uploaded
MAX_PIXELS = 40_000_000  # of one picture as uploaded; a phone's photo has 12 million
MAX_SIDE = 1600  # pixels of one side as shown
TYPES = {"image/png": "PNG", "image/jpeg": "JPEG"}
INLINE = re.compile(r"!\[[^\]\n]{0,200}\]\(data:(image/[\w+.-]+);base64,([A-Za-z0-9+/=\s]*)\)")
ATTACHED = re.compile(r"!\[[^\]\n]{0,200}\]\(attachment:[^)\n]{0,300}\)")
ELSEWHERE = re.compile(r"!\[[^\]\n]{0,200}\]\((?!attachment:|data:)([^)\n]{1,200})\)")


@dataclass(frozen=True)
class Picture:
    """A picture as the grader sees it.

    Attributes:
        name: of the attachment in the graded notebook.
        title: its alternative text.
        data: PNG.
    """

    name: str
    title: str
    data: bytes

    def bundle(self) -> dict[str, str]:
        """Return the picture as a notebook stores an attachment."""
        return {"image/png": base64.b64encode(self.data).decode()}


def take_pictures(text: str, attachments: Sequence[object]) -> tuple[str, list[Picture], list[str]]:
    """Take the pictures out of an answer.

    Args:
        text: the answer as submitted.
        attachments: the "attachments" of its cells, of any type.
    Returns:
        The text without the pictures; the pictures; and remarks on those that cannot be shown,
        each the end of a sentence about the answer.
    """
    found: list[tuple[str, str]] = INLINE.findall(text)
    for bundles in attachments:
        for bundle in bundles.values() if isinstance(bundles, dict) else ():
            if isinstance(bundle, dict):
                pairs = [(kind, data) for kind, data in bundle.items() if isinstance(data, str)]
                found += sorted(pairs, key=lambda pair: pair[0] not in TYPES)[:1]
    pictures: list[Picture] = []
    remarks: list[str] = []
    for kind, data in found[:MAX_PICTURES]:
        number = len(pictures) + 1
        try:
            pictures.append(Picture(f"picture-{number}.png", f"picture {number}", _png(kind, data)))
        except ValueError as reason:
            remarks.append(f"has a picture that cannot be shown ({reason}); see the submission")
    if len(found) > MAX_PICTURES:
        remarks.append(f"has {len(found)} pictures; the first {MAX_PICTURES} are shown")
    elsewhere = [target.strip()[:60] for target in ELSEWHERE.findall(text)]
    if elsewhere:
        remarks.append(f"refers to a picture outside the notebook ({elsewhere[0]}), not shown")
    return ATTACHED.sub("", INLINE.sub("", text)).strip(), pictures, remarks


def _png(kind: str, data: str) -> bytes:
    """Decode a picture within bounds and encode it again.

    Raises:
        ValueError: it is too large, damaged or of another type; the text says which.
    """
    if kind not in TYPES:
        raise ValueError(f"expected PNG or JPEG; found {kind[:40]!r}")
    if len(data) * 3 // 4 > MAX_BYTES:
        raise ValueError(f"more than {MAX_BYTES >> 20} MiB")
    try:
        raw = base64.b64decode("".join(data.split()), validate=True)
        with Image.open(io.BytesIO(raw), formats=[TYPES[kind]]) as image:
            if image.width * image.height > MAX_PIXELS:
                raise ValueError(f"{image.width} x {image.height} pixels are too many")
            image.draft("RGB", (MAX_SIDE, MAX_SIDE))
            image.load()
            shown = image.convert("RGBA" if "A" in image.getbands() else "RGB")
    except (binascii.Error, UnidentifiedImageError, OSError, SyntaxError, EOFError):
        raise ValueError("damaged") from None
    except Image.DecompressionBombError:
        raise ValueError("too many pixels") from None
    shown.thumbnail((MAX_SIDE, MAX_SIDE))
    target = io.BytesIO()
    shown.save(target, "PNG")
    return target.getvalue()
