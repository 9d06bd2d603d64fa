"""Whatever a picture's pixels are (grey, palette, CMYK, 16-bit, float, transparent) → 8-bit RGB."""

from typing import TYPE_CHECKING, Any

import numpy as np
from PIL import Image

if TYPE_CHECKING:
    from numpy.typing import NDArray

_STRIP_PIXELS = 1 << 24
"""A large picture is converted in strips of about this many pixels."""


class UnknownColorsError(ValueError):
    """The pixels cannot be understood as colours; the text says why and what to do."""


def to_rgb(image: Image.Image, *, reduce: int = 1) -> Image.Image:
    """Convert a decoded image to 8-bit RGB, as a viewer would show it.

    Transparency is laid over white; 16-bit grey goes from 0…65535 to 0…255, float grey from 0…1
    or 0…255.

    Args:
        image: any mode of Pillow's.
        reduce: average squares of this many pixels into one. Done strip by strip, so that a large
            picture in a rare mode is never held in RGB as a whole.

    Returns:
        An RGB image, ``image`` itself where nothing is to be done.

    Raises:
        UnknownColorsError: the mode or the range of the values has no meaning as colours.
    """
    divisor = _grey_divisor(image)
    if reduce == 1:
        return _convert(image, divisor)
    width, height = image.size
    small = Image.new("RGB", (-(-width // reduce), -(-height // reduce)))
    rows = reduce * max(1, _STRIP_PIXELS // (width * reduce))
    for top in range(0, height, rows):
        strip = image.crop((0, top, width, min(top + rows, height)))
        small.paste(_convert(strip, divisor).reduce(reduce), (0, top // reduce))
    return small


def _convert(image: Image.Image, divisor: float | None) -> Image.Image:
    if divisor is not None:
        grey: NDArray[Any] = np.asarray(image) / divisor
        if not np.isfinite(grey).all():
            raise UnknownColorsError("some of its values are not numbers; replace them first")
        return Image.fromarray(grey.astype(np.uint8)).convert("RGB")
    if image.mode == "RGB" and "transparency" not in image.info:
        return image
    if image.has_transparency_data:
        rgba = image.convert("RGBA")
        white = Image.new("RGBA", image.size, "white")
        return Image.alpha_composite(white, rgba).convert("RGB")
    try:
        return image.convert("RGB")
    except ValueError:
        raise UnknownColorsError(
            f"colours of the kind {image.mode} cannot be converted; save it as RGB"
        ) from None


def _grey_divisor(image: Image.Image) -> float | None:
    """What turns the values of a 16-bit or float grey image into 0…255; None for other modes.

    Decided on the whole picture: its parts may not reach as far.
    """
    if not (image.mode.startswith("I") or image.mode == "F"):
        return None
    if image.mode.startswith("I;16"):
        return 257
    low, high = (float(bound) for bound in image.getextrema())  # pyright: ignore
    if image.mode == "I" and low >= 0 and high <= 65535:
        return 257 if high > 255 else 1
    if image.mode == "F" and low >= 0 and high <= 255:
        return 1 / 255.5 if high <= 1 else 1  # 1 becomes 255 once cut to a whole number
    raise UnknownColorsError(
        f"its values run from {low:g} to {high:g}, neither 8- nor 16-bit; scale them to 0…255 first"
    )
