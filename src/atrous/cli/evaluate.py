"""``atrous evaluate``: a model's scores on a data set folder."""

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from atrous.cli import options

if TYPE_CHECKING:
    from atrous.evaluation.evaluate import Evaluation


def evaluate(
    data: Annotated[
        Path,
        typer.Option(
            help="Data set folder: dataset.yaml, images/, labels/, splits/.", metavar="DIR"
        ),
    ],
    split: Annotated[str, typer.Option(help="Which of its splits.", metavar="NAME")] = "val",
    classes: Annotated[
        str | None,
        typer.Option(
            help="Score only these; pixels of other true classes are ignored.",
            metavar="A,B,C",
            show_default=False,
        ),
    ] = None,
    boundary: Annotated[
        bool, typer.Option("--boundary", help="Measure the IoU near the borders too (trimap).")
    ] = False,
    model: options.Model = "deeplabv3-mobilenetv2-voc",
    output_stride: options.OutputStride = None,
    engine: options.Engine = "auto",
    threads: options.Threads = None,
    max_pixels: options.MaxPixels = 500_000_000,
    as_json: options.Json = False,
    debug: options.Debug = False,
) -> None:
    """Measure a model on a data set: IoU of each class, their mean, pixel accuracy."""
    del debug
    from atrous.datasets.folder import DatasetFolder
    from atrous.evaluation.evaluate import evaluate as measure
    from atrous.inference.segmenter import Segmenter

    dataset = DatasetFolder.open(data)
    segmenter = Segmenter(
        model, engine=engine, output_stride=output_stride, threads=threads, max_pixels=max_pixels
    )
    names = None if classes is None else [name.strip() for name in classes.split(",")]
    length = len(dataset.samples(split))
    with typer.progressbar(
        length=length,
        label="evaluating",
        file=typer.get_text_stream("stderr"),
        hidden=not options.is_terminal(),
    ) as bar:
        result = measure(
            segmenter,
            dataset,
            split,
            classes=names,
            boundary=boundary,
            progress=lambda _done, _total: bar.update(1),
        )
    if as_json:
        typer.echo(json.dumps(result.summary(), ensure_ascii=False))
    else:
        _print_scores(result)


def _print_scores(result: "Evaluation") -> None:
    """The table for people."""
    figures = result.summary()
    typer.echo(
        f"{result.model}, output stride {result.output_stride}, on {result.dataset} "
        f"{result.split}: {result.images} pictures"
    )
    typer.echo("IoU")
    options.print_table(list(result.per_class().items()))
    typer.echo(f"mean IoU        {_percent(figures['miou'])}")
    typer.echo(f"pixel accuracy  {_percent(figures['pixel_accuracy'])}")
    if result.boundary:
        typer.echo(f"mean IoU within n pixels of the border ({result.border})")
        for width, matrix in result.boundary.items():
            typer.echo(f"  {width:3d} px  {_percent(matrix.miou())}")
    each = 1000 * result.seconds / max(1, result.images)
    typer.echo(f"{result.seconds:.1f} s, {each:.0f} ms a picture")


def _percent(value: float | None) -> str:
    return "–" if value is None else f"{100 * value:.2f} %"
