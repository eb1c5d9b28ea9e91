"""How much of a file is read, and how long that may take."""

from dataclasses import dataclass

MIB = 1024 * 1024


@dataclass(frozen=True, slots=True)
class Limits:
    """`max_bytes` is of the file; text beyond `max_characters` or `max_pages`, or not reached within `soft_s` seconds
    of the processor, is left out, and a note says so."""

    max_bytes: int = 128 * MIB
    max_characters: int = 5_000_000
    max_pages: int = 2_000
    soft_s: float = 10.0


@dataclass(frozen=True, slots=True)
class ImageLimits:
    """What a provider takes: the longer side in pixels, the size in bytes, and the formats."""

    max_side: int = 4096
    max_bytes: int = 5 * MIB
    media_types: tuple[str, ...] = ("image/png", "image/jpeg", "image/webp", "image/gif")


MAX_ENTRIES = 5_000
MAX_UNPACKED = 200 * MIB
MAX_XML_PART = 64 * MIB
"""A tree in memory takes about eight times its text."""
RATIO_FROM = 10 * MIB
MAX_RATIO = 200
MAX_PIXELS = 100_000_000
"""Of a picture in memory: 400 MB. Bigger JPEG files are decoded smaller."""
MAX_DECLARED_PIXELS = 400_000_000
