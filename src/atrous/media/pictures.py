"""Reading a picture as a person sees it: 8-bit RGB, upright, whatever the file holds."""

import io
import struct
from contextlib import nullcontext
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np
from numpy.typing import NDArray
from PIL import ExifTags, Image

from atrous.errors import PictureError
from atrous.media.modes import UnknownColorsError, to_rgb
from atrous.media.pillow import pillow_unlimited

MAX_PIXELS = 500_000_000
"""Above this a picture is refused as a likely decompression bomb, before it is decoded."""

WORKING_SIDE = 4096
"""Of a larger picture a working copy is kept whose longest side is at least this."""

PictureLike = str | Path | bytes | Image.Image | NDArray[np.uint8]
"""What counts as a picture: a path, an encoded file's bytes, a PIL image, an uint8 array."""


@dataclass(frozen=True)
class Picture:
    """A picture, upright and in RGB.

    Attributes:
        image: its pixels, RGB; of a very large picture a smaller working copy.
        height: the picture's own height in pixels.
        width: the picture's own width in pixels.
        name: for messages.
    """

    image: Image.Image
    height: int
    width: int
    name: str


def read_picture(
    source: PictureLike, *, max_pixels: int = MAX_PIXELS, name: str | None = None
) -> Picture:
    """Read and decode a picture.

    EXIF orientation is applied; transparency is laid over white; grey, palette, CMYK and 16-bit
    pictures become 8-bit RGB; of an animation the first frame counts.

    Args:
        source: a path, the bytes of an encoded file, a PIL image, or an uint8 array
            ``(H, W, 3)`` RGB (``(H, W)`` grey and ``(H, W, 4)`` RGBA are understood too).
        max_pixels: the limit, checked on the file's header before decoding.
        name: what messages call it; by default the path or the kind of source.

    Raises:
        PictureError: it is missing, empty, truncated, too large or not a picture.
    """
    if isinstance(source, np.ndarray):
        return _copied(_read(_from_array(source), max_pixels, name or "array"))
    if isinstance(source, Image.Image):
        name = name or str(getattr(source, "filename", "") or "PIL image")
        return _copied(_read(source, max_pixels, name))
    if isinstance(source, bytes):
        return _decode(io.BytesIO(source), max_pixels, name or "bytes")
    if not isinstance(source, (str, Path)):  # pyright: ignore[reportUnnecessaryIsInstance]
        raise PictureError(
            f"{type(source).__name__}: a picture is a path, the bytes of a file, a PIL image or an "
            "uint8 array (H, W, 3)"
        )
    path = Path(source)
    try:
        file = path.open("rb")
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise PictureError(
            f"{name or path}: cannot be opened ({reason}); check the path and its permissions"
        ) from None
    with file:
        return _decode(file, max_pixels, name or str(path))


def _copied(picture: Picture) -> Picture:
    """A picture that shares no pixels with the caller's, who may go on to draw on them."""
    return replace(picture, image=picture.image.copy())


def _decode(file: BinaryIO, max_pixels: int, name: str) -> Picture:
    """Open an encoded picture and read it."""
    try:
        if not file.seekable():  # a pipe
            file = io.BytesIO(file.read())
        if not file.read(1):
            raise PictureError(f"{name}: the file is empty (0 bytes); copy or download it again")
        file.seek(0)
        with pillow_unlimited():
            image = Image.open(file)
    except Image.UnidentifiedImageError:
        raise PictureError(
            f"{name}: not a picture that Pillow can read; convert it to JPEG or PNG"
        ) from None
    except _BROKEN as error:
        raise PictureError(f"{name}: {_damage(error)}") from None
    with image:
        return _read(image, max_pixels, name, decoder=True)


def _read(image: Image.Image, max_pixels: int, name: str, *, decoder: bool = False) -> Picture:
    """Check the size, decode no more than is needed, turn upright, convert to RGB.

    ``decoder``: the image is our own and not decoded yet, so its decoder may be set.
    """
    width, height = image.size
    if width * height > max_pixels:
        raise PictureError(
            f"{name}: {width} × {height} = {width * height:,} pixels is more than "
            f"--max-pixels {max_pixels:,}, a likely decompression bomb; raise the limit if you "
            "trust it"
        )
    scale = max(width, height) // WORKING_SIDE
    try:
        if decoder and scale > 1:
            image.draft(image.mode, (width // scale, height // scale))  # JPEG: fewer pixels
        limit = Image.MAX_IMAGE_PIXELS  # checked once more when Pillow decodes a TIFF
        in_the_way = limit is None or width * height > limit
        with pillow_unlimited() if in_the_way else nullcontext():
            image.load()
        turn = _TURNS.get(_orientation(image))  # after load, in which Pillow turns TIFFs itself
        rgb = to_rgb(image, reduce=max(1, max(image.size) // WORKING_SIDE))
    except MemoryError:
        raise PictureError(
            f"{name}: {width} × {height} pixels do not fit into memory; make it smaller first"
        ) from None
    except UnknownColorsError as error:
        raise PictureError(f"{name}: {error}") from None
    except _BROKEN as error:
        raise PictureError(f"{name}: {_damage(error)}") from None
    if turn is not None:
        rgb = rgb.transpose(turn)
        if turn in _SWAPPING:
            width, height = height, width
    return Picture(rgb, height, width, name)


_BROKEN = (OSError, SyntaxError, ValueError, EOFError, IndexError, struct.error)
"""What Pillow's decoders raise on bytes that are not what they should be."""

_TURNS = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}
"""EXIF orientation → what turns the picture upright (Exif 2.3, tag 0x0112)."""

_SWAPPING = {_TURNS[5], _TURNS[6], _TURNS[7], _TURNS[8]}


def _damage(error: Exception) -> str:
    return f"truncated or damaged ({error}); copy or download it again"


def _orientation(image: Image.Image) -> int:
    """The EXIF orientation; a damaged EXIF block does not make a picture unreadable."""
    if image.format == "JPEG" and "exif" not in image.info:
        return 1  # most pictures: Pillow would load its TIFF reader only to find nothing
    try:
        return int(image.getexif().get(ExifTags.Base.Orientation, 1))
    except (*_BROKEN, TypeError):
        return 1


def _from_array(array: NDArray[Any]) -> Image.Image:
    """An array of pixels as a PIL image."""
    shape = array.shape
    if array.dtype != np.uint8:
        raise PictureError(
            f"array: dtype is {array.dtype}, a picture is uint8 from 0 to 255; convert it first"
        )
    if not (array.ndim == 2 or (array.ndim == 3 and shape[2] in {3, 4})) or 0 in shape:
        raise PictureError(
            f"array: shape is {shape}, a picture is (H, W, 3) in RGB; transpose or reshape it"
        )
    return Image.fromarray(np.ascontiguousarray(array))
