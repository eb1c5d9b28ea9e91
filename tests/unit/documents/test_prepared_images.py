"""Pictures before they are sent: rid of place and time, upright, small enough."""

from io import BytesIO
from pathlib import Path

import pytest
from PIL import Image
from tests.support.document_files import DATA, picture

from desktopchat.documents.images import PreparedImage, Removed, prepare
from desktopchat.documents.limits import ImageLimits
from desktopchat.documents.notes import sentence
from desktopchat.domain.errors import ChatError, ErrorKind

ORIENTATION, MAKER, GPS = 0x0112, 0x010F, 0x8825


def exif(*, turned: int = 1, gps: bool = False, maker: str = "") -> Image.Exif:
    found = Image.Exif()
    found[ORIENTATION] = turned
    if maker:
        found[MAKER] = maker
    if gps:
        found.get_ifd(GPS).update({1: "N", 2: (52.0, 30.0, 0.0)})
    return found


def prepared(home: Path, data: bytes, limits: ImageLimits | None = None) -> PreparedImage:
    path = home / "picture"
    path.write_bytes(data)
    return prepare(path, limits=limits)


def opened(image: PreparedImage) -> Image.Image:
    found = Image.open(BytesIO(image.data))
    found.load()
    return found


@pytest.mark.parametrize("format_", ["PNG", "JPEG", "WEBP", "GIF"])
def test_a_picture_that_needs_no_change_is_passed_on_byte_by_byte(home: Path, format_: str) -> None:
    data = picture(format_)
    image = prepared(home, data)
    assert (image.data, image.removed, image.scaled) == (data, (), False)
    assert image.media_type == f"image/{format_.lower()}"


@pytest.mark.parametrize("format_", ["JPEG", "PNG", "WEBP"])
def test_place_and_camera_are_removed_and_that_is_said(home: Path, format_: str) -> None:
    image = prepared(home, picture(format_, exif=exif(gps=True, maker="CANARY-CAMERA")))
    assert {Removed.PLACE, Removed.CAMERA_DATA} <= set(image.removed)
    assert b"CANARY" not in image.data
    assert not opened(image).getexif()
    assert all(sentence(removed).key for removed in image.removed)


def test_comments_are_removed(home: Path) -> None:
    image = prepared(home, picture("JPEG", comment=b"CANARY"))
    assert image.removed == (Removed.DESCRIPTIONS,)
    assert b"CANARY" not in image.data


def test_a_turned_picture_is_set_upright(home: Path) -> None:
    image = prepared(home, picture("JPEG", (64, 48), exif=exif(turned=6)))
    assert (image.width, image.height, image.removed) == (48, 64, ())


def test_the_colour_profile_stays(home: Path) -> None:
    from PIL import ImageCms

    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    image = prepared(home, picture("JPEG", exif=exif(gps=True), icc_profile=profile))
    assert opened(image).info["icc_profile"] == profile


def test_a_large_picture_is_scaled_to_the_side_that_is_allowed(home: Path) -> None:
    image = prepared(home, picture("PNG", (900, 300)), ImageLimits(max_side=300))
    assert (image.width, image.height, image.scaled, image.media_type) == (300, 100, True, "image/png")


def test_a_heavy_picture_is_packed_until_it_fits(home: Path) -> None:
    limits = ImageLimits(max_bytes=20_000)
    image = prepared(home, picture("PNG", (600, 600)), limits)
    assert len(image.data) <= limits.max_bytes
    assert opened(image).size == (image.width, image.height)


def test_what_cannot_be_made_small_enough_is_a_sentence(home: Path) -> None:
    with pytest.raises(ChatError) as caught:
        prepared(home, picture("PNG", (300, 300)), ImageLimits(max_bytes=100))
    assert caught.value.failure.code == "image_wont_fit"


def test_of_a_moving_picture_the_first_frame_is_sent_and_that_is_said(home: Path) -> None:
    frames = [Image.new("RGB", (20, 20), colour) for colour in ("red", "green", "blue")]
    out = BytesIO()
    frames[0].save(out, "GIF", save_all=True, append_images=frames[1:])
    image = prepared(home, out.getvalue())
    assert (image.media_type, image.frames, image.removed) == ("image/png", 3, (Removed.ANIMATION,))
    assert opened(image).convert("RGB").getpixel((5, 5)) == (255, 0, 0)


def test_a_photograph_of_a_phone_becomes_jpeg(home: Path) -> None:
    image = prepared(home, (DATA / "photo.heic").read_bytes())
    assert (image.media_type, image.width, image.height) == ("image/jpeg", 96, 64)
    assert {Removed.PLACE, Removed.CAMERA_DATA} <= set(image.removed)
    assert b"CANARY" not in image.data
    assert opened(image).size == (96, 64)


def test_only_formats_that_the_provider_takes_come_out(home: Path) -> None:
    image = prepared(home, picture("WEBP"), ImageLimits(media_types=("image/png",)))
    assert image.media_type == "image/png"


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "RGBA", "I;16", "CMYK", "YCbCr"])
def test_every_kind_of_colour_comes_out(home: Path, mode: str) -> None:
    source = Image.new("RGB", (400, 300), "red")
    source = Image.new("I;16", (400, 300), 500) if mode == "I;16" else source.convert(mode)
    out = BytesIO()
    source.save(out, "JPEG" if mode in ("CMYK", "YCbCr") else "PNG")
    image = prepared(home, out.getvalue(), ImageLimits(max_side=100))
    assert opened(image).size == (100, 75)


def test_the_see_through_stays_see_through(home: Path) -> None:
    out = BytesIO()
    Image.new("RGBA", (400, 300), (255, 0, 0, 0)).save(out, "PNG")
    assert opened(prepared(home, out.getvalue(), ImageLimits(max_side=100))).mode == "RGBA"


@pytest.mark.parametrize("cut", [20, 100, 400])
@pytest.mark.parametrize("format_", ["PNG", "JPEG", "WEBP", "GIF"])
def test_a_broken_picture_is_a_sentence(home: Path, format_: str, cut: int) -> None:
    with pytest.raises(ChatError) as caught:
        prepared(home, picture(format_)[:cut])
    assert caught.value.kind is ErrorKind.FILE_REJECTED


def test_a_bomb_is_refused_by_its_declared_size(home: Path) -> None:
    data = bytearray(picture("PNG"))
    data[16:24] = (60_000).to_bytes(4, "big") * 2
    import zlib

    data[29:33] = zlib.crc32(data[12:29]).to_bytes(4, "big")
    with pytest.raises(ChatError) as caught:
        prepared(home, bytes(data))
    assert caught.value.failure.code == "image_too_large"
    assert caught.value.failure.message.params["megapixels"] == 3600


@pytest.mark.parametrize("data", [b"text", b"<svg xmlns='http://www.w3.org/2000/svg'/>", b"%PDF-1.4", b"\x00" * 100])
def test_what_is_no_picture_is_a_sentence(home: Path, data: bytes) -> None:
    with pytest.raises(ChatError) as caught:
        prepared(home, data)
    assert caught.value.failure.code == "not_an_image"
