"""Makes a picture fit to be sent: small enough, upright, and without what a camera wrote about place and time."""

from dataclasses import dataclass
from enum import StrEnum
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING

from desktopchat.documents.kinds import image_type
from desktopchat.documents.limits import MAX_DECLARED_PIXELS, MAX_PIXELS, MIB, ImageLimits
from desktopchat.documents.opening import Opened
from desktopchat.documents.refusals import Refusal, RefusedError

if TYPE_CHECKING:
    from PIL.Image import Image

MAX_FILE = 64 * MIB
_FORMATS = ("PNG", "JPEG", "WEBP", "GIF", "HEIF")
_MEDIA_TYPES = {"PNG": "image/png", "JPEG": "image/jpeg", "WEBP": "image/webp"}
_QUALITY = 90
_QUALITIES = (85, 75, 60)
_SHRINK = 0.75
_SMALLEST_SIDE = 64
_GPS_TAG = 0x8825  # Exif 2.32: where the place is written
_ORIENTATION_TAG = 0x0112


class Removed(StrEnum):
    """What was in the file and is not in what is sent."""

    PLACE = "place"  # GPS
    CAMERA_DATA = "camera_data"  # EXIF: time, device, settings
    DESCRIPTIONS = "descriptions"  # XMP, IPTC, comments, texts of PNG files
    ANIMATION = "animation"  # all frames but the first


@dataclass(frozen=True, slots=True)
class PreparedImage:
    """`frames` is how many the file had; `scaled` if it has fewer pixels than the file."""

    data: bytes
    media_type: str
    width: int
    height: int
    removed: tuple[Removed, ...] = ()
    frames: int = 1
    scaled: bool = False


def prepare(path: Path, *, name: str = "", limits: ImageLimits | None = None) -> PreparedImage:
    """The picture in `path` as it may be sent. `name` is what people call the file, if `path` is not named so.

    A picture that needs no change is passed on byte by byte. Raises `ChatError` `file_rejected`. Runs in this process:
    see `sandbox` for files that somebody else made.
    """
    try:
        return read(path, limits or ImageLimits())
    except RefusedError as error:
        raise error.named(name or path.name) from error


def read(path: Path, limits: ImageLimits) -> PreparedImage:
    """As `prepare`; raises `RefusedError`."""
    with Opened(path) as file:
        media_type = image_type(file.head())
        if not media_type:
            raise RefusedError(Refusal.NOT_AN_IMAGE)
        data = file.all(MAX_FILE)
    from PIL import Image, UnidentifiedImageError

    Image.MAX_IMAGE_PIXELS = None  # `_refuse_huge` judges, for all formats alike
    if media_type == "image/heic":
        from pi_heif import register_heif_opener

        register_heif_opener(thumbnails=False)
    try:
        with Image.open(BytesIO(data), formats=_FORMATS) as image:
            return _prepared(image, data, media_type, limits)
    except (UnidentifiedImageError, OSError, SyntaxError, ValueError, EOFError, KeyError, IndexError) as error:
        raise RefusedError(Refusal.BROKEN, detail=str(error)) from error


def _prepared(image: "Image", data: bytes, media_type: str, limits: ImageLimits) -> PreparedImage:
    _refuse_huge(image, limits)
    removed = _private(image)
    frames = getattr(image, "n_frames", 1) if media_type in ("image/gif", "image/webp", "image/png") else 1
    removed += (Removed.ANIMATION,) if frames > 1 else ()
    width, height = image.size
    fits = max(width, height) <= limits.max_side and len(data) <= limits.max_bytes and media_type in limits.media_types
    if fits and not removed and frames == 1 and not _is_turned(image):
        image.load()  # a broken file must not be sent
        return PreparedImage(data, media_type, width, height)
    upright = _upright(image, limits.max_side)
    packed, media_type = _packed(upright, media_type, limits)
    with _opened(packed) as result:
        scaled = max(result.size) < max(width, height)
        return PreparedImage(packed, media_type, *result.size, removed, frames, scaled)


def _refuse_huge(image: "Image", limits: ImageLimits) -> None:
    """Refuses what would not fit into memory, by its declared size. JPEG is decoded smaller if that is enough."""
    declared = image.size[0] * image.size[1]
    if declared <= MAX_DECLARED_PIXELS and image.format in ("JPEG", "MPO") and max(image.size) > 2 * limits.max_side:
        image.draft(None, (limits.max_side, limits.max_side))
    if declared > MAX_DECLARED_PIXELS or image.size[0] * image.size[1] > MAX_PIXELS:
        raise RefusedError(Refusal.IMAGE_TOO_LARGE, megapixels=declared // 1_000_000)


def _private(image: "Image") -> tuple[Removed, ...]:
    exif = image.getexif()
    found = []
    if exif.get_ifd(_GPS_TAG):
        found.append(Removed.PLACE)
    if any(tag not in (_ORIENTATION_TAG, _GPS_TAG) for tag in exif):
        found.append(Removed.CAMERA_DATA)
    texts = ("xmp", "XML:com.adobe.xmp", "comment", "photoshop", "iptc")
    if any(image.info.get(name) for name in texts) or getattr(image, "text", None):
        found.append(Removed.DESCRIPTIONS)
    return tuple(found)


def _is_turned(image: "Image") -> bool:
    return image.getexif().get(_ORIENTATION_TAG, 1) not in (0, 1)


def _upright(image: "Image", max_side: int) -> "Image":
    """The first frame, turned as the camera was held, no larger than allowed, in colours that every format has."""
    from PIL import Image, ImageOps

    image.seek(0)
    turned = ImageOps.exif_transpose(image) or image
    if turned.mode not in ("RGB", "RGBA", "L"):
        has_alpha = "A" in turned.mode or "transparency" in turned.info
        turned = turned.convert("RGBA" if has_alpha else "L" if turned.mode in ("1", "I;16", "I", "F") else "RGB")
    if max(turned.size) > max_side:
        turned.thumbnail((max_side, max_side), Image.Resampling.LANCZOS)
    return turned


def _packed(image: "Image", media_type: str, limits: ImageLimits) -> tuple[bytes, str]:
    """The picture in its own format if that fits, else as JPEG, then as a smaller one."""
    for format_ in _choices(image, media_type, limits):
        packed = _saved(image, format_, _QUALITY)
        if len(packed) <= limits.max_bytes:
            return packed, _MEDIA_TYPES[format_]
    format_ = next((name for name in ("JPEG", "WEBP", "PNG") if _MEDIA_TYPES[name] in limits.media_types), "JPEG")
    while min(image.size) >= _SMALLEST_SIDE:
        for quality in _QUALITIES:
            packed = _saved(image, format_, quality)
            if len(packed) <= limits.max_bytes:
                return packed, _MEDIA_TYPES[format_]
        image = image.resize((int(image.width * _SHRINK), int(image.height * _SHRINK)))
    raise RefusedError(Refusal.IMAGE_WONT_FIT, limit_kb=limits.max_bytes // 1024)


def _choices(image: "Image", media_type: str, limits: ImageLimits) -> list[str]:
    """Formats in the order of preference: drawings stay exact, photographs stay small."""
    is_photograph = media_type in ("image/jpeg", "image/heic")
    order = ["JPEG", "WEBP", "PNG"] if is_photograph else ["PNG", "WEBP", "JPEG"]
    if media_type == "image/webp":
        order = ["WEBP", "PNG", "JPEG"]
    if image.mode == "RGBA":
        order.remove("JPEG")
    return [name for name in order if _MEDIA_TYPES[name] in limits.media_types]


def _saved(image: "Image", format_: str, quality: int) -> bytes:
    """The encoded picture: with its colour profile, without anything else that it carried."""
    from PIL import Image

    if format_ == "JPEG" and image.mode == "RGBA":
        paper = Image.new("RGB", image.size, "white")
        paper.paste(image, mask=image.getchannel("A"))
        paper.info = image.info
        image = paper
    profile = image.info.get("icc_profile")
    bare = image.copy()
    bare.info = {}
    bare.getexif().clear()
    out = BytesIO()
    bare.save(out, format_, quality=quality, icc_profile=profile, exif=b"")
    return out.getvalue()


def _opened(packed: bytes) -> "Image":
    from PIL import Image

    return Image.open(BytesIO(packed), formats=tuple(_MEDIA_TYPES))
