"""Pillow's own limit on pixels, lifted where ours has been checked."""

import threading
from collections.abc import Generator
from contextlib import contextmanager

from PIL import Image

_lock = threading.Lock()


@contextmanager
def pillow_unlimited() -> Generator[None]:
    """Lift Pillow's limit for a moment: it is lower than ours, global, and only half an error."""
    with _lock:
        limit, Image.MAX_IMAGE_PIXELS = Image.MAX_IMAGE_PIXELS, None
        try:
            yield
        finally:
            Image.MAX_IMAGE_PIXELS = limit
