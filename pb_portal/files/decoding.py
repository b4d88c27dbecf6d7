"""Reading pictures, in a child process: see `pb_portal.parsing`. Imports nothing heavy.

What decoding takes is worked out from the header, before a single pixel is unpacked.
"""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from io import BytesIO
from typing import IO, Any

from PIL import Image, ImageOps, JpegImagePlugin, MpoImagePlugin, PngImagePlugin, WebPImagePlugin

from pb_portal.domain.refusal import Refusal

PLUGINS = (JpegImagePlugin, MpoImagePlugin, PngImagePlugin, WebPImagePlugin)
MEGABYTE = 1 << 20
LONGEST_SIDE = 1920
ENDINGS = {"JPEG": "jpg", "MPO": "jpg", "PNG": "png", "WEBP": "webp"}
FORMATS = ("JPEG", "PNG", "WEBP")
MOST_CHUNKS = 10_000
MOST_SCANS = 400
"""Scans of a progressive JPEG times its megapixels: each scan goes over the whole picture."""
WIDTHS = (320, 800, 1600)
SAVED = {
    "webp": ("WEBP", {"quality": 78, "method": 4}),
    "jpg": ("JPEG", {"quality": 80, "optimize": True, "progressive": True}),
}
_BYTES = {"L": 2, "1": 3, "RGBA": 9, "LA": 9, "PA": 13, "P": 9, "I;16": 10, "I": 12, "F": 12}
"""Bytes a pixel takes at most while a picture of this mode is made smaller; others 5."""
_WEBP = 18
_AROUND = 50 * MEGABYTE
_HEIC_BRANDS = (b"heic", b"heix", b"hevc", b"mif1", b"msf1", b"heim")
_MARKER = re.compile(rb"\xff([^\x00\xd0-\xd7\xff])", re.DOTALL)


def read_picture(source: IO[bytes], *, megapixels: int, memory_mb: int) -> dict[str, Any]:
    """The picture upright on white, at most 1,920 pixels wide or high, as JPEG.

    Refuses (on field `picture`) what is no picture, or would take too much to unpack.
    """
    picture, kind = open_upright(source.read(), megapixels, memory_mb)
    buffer = BytesIO()
    picture.save(buffer, "JPEG", quality=82, optimize=True, progressive=True)
    return {"content": buffer.getvalue(), "size": picture.size, "ending": ENDINGS[kind]}


def make_sizes(
    source: IO[bytes], *, shown: int, megapixels: int, memory_mb: int
) -> list[tuple[int, str, bytes]]:
    """Smaller pictures than the one of width `shown`: width, ending and content of each."""
    picture, _ = open_upright(source.read(), megapixels, memory_mb)
    smaller_ones = []
    for width in WIDTHS:
        if width < min(picture.width, shown or picture.width):
            height = max(1, round(picture.height * width / picture.width))
            smaller = picture.resize((width, height), Image.Resampling.LANCZOS)
            for ending, (kind, options) in SAVED.items():
                buffer = BytesIO()
                smaller.save(buffer, kind, **options)
                smaller_ones.append((width, ending, buffer.getvalue()))
    return smaller_ones


def fit_pictures(
    *sources: IO[bytes], shape: Sequence[int], quality: int, megapixels: int, memory_mb: int
) -> list[bytes | None]:
    """Pictures cut to one shape; None for what is no picture."""
    fitted: list[bytes | None] = []
    for source in sources:
        try:
            picture, _ = open_upright(source.read(), megapixels, memory_mb, shape[0] * 2)
            cut = ImageOps.fit(picture, (shape[0], shape[1]), Image.Resampling.BICUBIC)
            buffer = BytesIO()
            cut.save(buffer, "JPEG", quality=quality, optimize=True)
            fitted.append(buffer.getvalue())
        except Refusal:
            fitted.append(None)
    return fitted


def open_upright(
    raw: bytes, megapixels: int, memory_mb: int, longest: int = LONGEST_SIDE
) -> tuple[Image.Image, str]:
    """The picture upright on white, neither side longer than `longest`, and its format."""
    if raw[4:8] == b"ftyp" and raw[8:12] in _HEIC_BRANDS:
        raise Refusal("file.heic", field="picture")
    try:
        _demand_sound_start(raw, megapixels, memory_mb)
        picture: Image.Image = Image.open(BytesIO(raw), formats=FORMATS)
        kind = str(picture.format)
        demand_small(picture, raw, megapixels, memory_mb)
        picture.draft(None, (longest, longest))
        if picture.mode in ("P", "PA"):
            picture = picture.convert("RGBA" if _transparent(picture) else "RGB")
        elif picture.mode in ("I;16", "I", "F", "1"):
            picture = picture.convert("L")
        picture.thumbnail((longest, longest), Image.Resampling.LANCZOS)
        upright = ImageOps.exif_transpose(picture)
        layer = upright.convert("RGBA")
        flat = Image.new("RGB", upright.size, "white")
        flat.paste(layer, mask=layer.getchannel("A"))
        return flat, kind
    except (Refusal, MemoryError):
        raise
    except Image.DecompressionBombError:
        raise _too_many(megapixels) from None
    except Exception:
        # A file made to do harm gets nearly any exception out of a decoder.
        raise Refusal("file.not_a_picture", field="picture") from None


def _demand_sound_start(raw: bytes, megapixels: int, memory_mb: int) -> None:
    """What has to be refused before the library so much as opens the file: it makes room for the
    whole of a WebP, and goes through the parts of a PNG one by one."""
    if raw[:4] == b"RIFF" and raw[8:12] == b"WEBP":
        pixels = math.prod(_webp_size(raw))
        most = min(megapixels, memory_mb * MEGABYTE // _WEBP // 1_000_000)
        if pixels > most * 1_000_000:
            raise _too_many(most)
    elif raw[:8] == b"\x89PNG\r\n\x1a\n":
        place, left = 8, MOST_CHUNKS
        while place < len(raw) and left:
            place, left = place + 12 + int.from_bytes(raw[place : place + 4], "big"), left - 1
        if not left:
            raise Refusal("file.not_a_picture", field="picture")


def _webp_size(raw: bytes) -> tuple[int, int]:
    """Width and height as a WebP's first part names them, in one of three ways."""
    kind, rest = raw[12:16], raw[20:30]
    if kind == b"VP8X":
        return 1 + int.from_bytes(rest[4:7], "little"), 1 + int.from_bytes(rest[7:10], "little")
    if kind == b"VP8L":
        bits = int.from_bytes(rest[1:5], "little")
        return 1 + (bits & 0x3FFF), 1 + (bits >> 14 & 0x3FFF)
    sides = int.from_bytes(rest[6:8], "little"), int.from_bytes(rest[8:10], "little")
    return sides[0] & 0x3FFF, sides[1] & 0x3FFF


def demand_small(picture: Image.Image, raw: bytes, megapixels: int, memory_mb: int) -> None:
    """Refuse a picture of too many pixels, or one that takes too much memory or work to unpack."""
    pixels = picture.width * picture.height
    if pixels > megapixels * 1_000_000:
        raise _too_many(megapixels)
    if picture.format in ("JPEG", "MPO"):
        taken, scans = _jpeg(picture, raw)
        if scans * pixels > MOST_SCANS * 1_000_000:
            raise _too_many(max(1, MOST_SCANS // scans))
    else:
        taken = pixels * (_WEBP if picture.format == "WEBP" else _BYTES.get(picture.mode, 5))
    if taken > memory_mb * MEGABYTE:
        raise _too_many(max(1, pixels * memory_mb * MEGABYTE // taken // 1_000_000))


def _too_many(megapixels: int) -> Refusal:
    return Refusal("file.too_many_pixels", field="picture", most=megapixels)


def _transparent(picture: Image.Image) -> bool:
    return picture.mode == "PA" or "transparency" in picture.info


def _jpeg(picture: Any, raw: bytes) -> tuple[int, int]:
    """Bytes of coefficients that are held at once, and the number of scans: a picture of one scan
    is unpacked line by line, and smaller by `draft`; one of several is held whole."""
    scans, held = _scans(raw)
    if scans <= 1 and not held:
        return 0, 1
    across = max(layer[1] for layer in picture.layer)
    down = max(layer[2] for layer in picture.layer)
    blocks = sum(
        -(-picture.width * layer[1] // (8 * across)) * -(-picture.height * layer[2] // (8 * down))
        for layer in picture.layer
    )
    return blocks * 128 + _AROUND, scans


def _scans(raw: bytes) -> tuple[int, bool]:
    """How many scans the first picture of a JPEG has, and whether it is a progressive one."""
    place, scans, held = 2, 0, False
    while match := _MARKER.search(raw, place):
        marker, place = match[1][0], match.end()
        if marker == 0xD9:
            break
        if marker in (0x01, 0xD8):
            continue
        scans += marker == 0xDA
        held = held or marker in (0xC2, 0xC6, 0xCA, 0xCE)
        place += int.from_bytes(raw[place : place + 2], "big")
    return scans, held
