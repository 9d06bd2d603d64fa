"""Pictures in, segmentations out: the torch-free path from end to end."""

from collections.abc import Iterable, Iterator
from functools import lru_cache, partial
from pathlib import Path
from typing import Any, cast, overload

from atrous.engines import available_processors, open_engine
from atrous.inference.fit import check_supported, fit
from atrous.inference.segmentation import Scores, Segmentation
from atrous.media.pictures import MAX_PIXELS, Picture, PictureLike, read_picture
from atrous.zoo import DEFAULT_MODEL, open_model


class Segmenter:
    """A model opened once, to segment many pictures.

    Args:
        model: a name that ``atrous models`` lists, or the path of a model file.
        engine: ``auto`` or ``onnxruntime``.
        output_stride: one of those the model's card offers; None takes the card's own. A smaller
            stride gives finer masks for more time.
        threads: how many threads to use, at most the processors this process may use, which is
            also what None takes.
        max_pixels: larger pictures are refused before they are decoded.

    Raises:
        ModelError: the model or the engine is unknown, or the model file cannot be used.

    Example:
        >>> segmenter = Segmenter(output_stride=8)
        >>> cat, coffee = segmenter(["examples/cat.jpg", "examples/coffee.jpg"])
        >>> [f"{name} {share:.0%}" for name, share in cat.areas().items()]
        ['cat 81%', 'background 19%']
    """

    def __init__(
        self,
        model: str | Path = DEFAULT_MODEL,
        *,
        engine: str = "auto",
        output_stride: int | None = None,
        threads: int | None = None,
        max_pixels: int = MAX_PIXELS,
    ) -> None:
        if threads is not None and threads < 1:
            raise ValueError(f"threads must be 1 or more, not {threads}")
        self._arguments: dict[str, Any] = {
            "model": model,
            "engine": engine,
            "output_stride": output_stride,
            "threads": threads,
            "max_pixels": max_pixels,
        }
        file = open_model(model)
        check_supported(file.card, str(file.path))
        self.card = file.card
        self.output_stride = file.card.output_stride if output_stride is None else output_stride
        processors = available_processors()
        self.threads = processors if threads is None else min(threads, processors)
        self.max_pixels = max_pixels
        self._engine = open_engine(
            engine, file, output_stride=self.output_stride, threads=self.threads
        )

    def __reduce__(self) -> tuple[Any, ...]:
        """An engine does not travel to another process; what opens it again does."""
        return partial(Segmenter, **self._arguments), ()

    @property
    def engine(self) -> str:
        """What the network runs on, for people."""
        return self._engine.name

    @overload
    def __call__(self, picture: PictureLike, *, probabilities: bool = False) -> Segmentation: ...

    @overload
    def __call__(
        self, picture: Iterable[PictureLike], *, probabilities: bool = False
    ) -> list[Segmentation]: ...

    def __call__(
        self, picture: PictureLike | Iterable[PictureLike], *, probabilities: bool = False
    ) -> Segmentation | list[Segmentation]:
        """Segment a picture, or each of a list of them.

        Args:
            picture: a path, the bytes of an encoded file, a PIL image or an uint8 array
                ``(H, W, 3)`` in RGB; or a list, tuple or iterator of such.
            probabilities: whether to keep every class's probability at every pixel
                (``C × H × W`` float32, which for a large picture is much memory).

        Raises:
            PictureError: a picture is missing, damaged, too large or not a picture.
        """
        if isinstance(picture, (list, tuple, Iterator)):
            many = cast("Iterable[PictureLike]", picture)
            return [self(one, probabilities=probabilities) for one in many]
        one = read_picture(cast("PictureLike", picture), max_pixels=self.max_pixels)
        return self.segment(one, probabilities=probabilities)

    def segment(self, picture: Picture, *, probabilities: bool = False) -> Segmentation:
        """Segment a picture that has been read."""
        fitted = fit(picture, self.card, self.output_stride)
        scores = Scores(
            logits=self._engine.run(fitted.image)[0],
            size=(picture.height, picture.width),
            window=fitted.window,
            align_corners=self.card.align_corners,
            threads=self.threads,
        )
        return Segmentation(
            labels=scores.labels(),
            names=self.card.classes,
            colors=self.card.colors,
            picture=picture,
            scores=scores,
            probabilities=scores.probabilities() if probabilities else None,
        )


@lru_cache(maxsize=1)
def _default_segmenter() -> Segmenter:
    return Segmenter()


def segment(picture: PictureLike, *, probabilities: bool = False) -> Segmentation:
    """Segment one picture with the default model, which is opened once and kept.

    Args:
        picture: a path, the bytes of an encoded file, a PIL image or an uint8 array ``(H, W, 3)``
            in RGB.
        probabilities: whether to keep every class's probability at every pixel.

    Raises:
        PictureError: the picture is missing, damaged, too large or not a picture.

    Example:
        >>> result = segment("examples/cat.jpg")
        >>> result.labels.shape
        (300, 451)
        >>> result.names[8]
        'cat'
    """
    return _default_segmenter()(picture, probabilities=probabilities)
