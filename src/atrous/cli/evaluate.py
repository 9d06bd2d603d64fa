"""``atrous evaluate``: a model's scores on a data set folder."""

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from atrous.cli import options

if TYPE_CHECKING:
    from atrous.evaluation.evaluate import Evaluation


@click.command(no_args_is_help=True, short_help="Measure a model on a data set.")
@click.option(
    "--data",
    type=click.Path(path_type=Path),
    required=True,
    metavar="DIR",
    help="Data set folder: dataset.yaml, images/, labels/, splits/.",
)
@click.option(
    "--split", default="val", show_default=True, metavar="NAME", help="Which of its splits."
)
@click.option(
    "--classes",
    metavar="A,B,C",
    help="Score only these classes; pixels whose true class is another are ignored.",
)
@click.option("--boundary", is_flag=True, help="Measure the IoU near the borders too (trimap).")
@options.inference
@options.output
def evaluate(
    data: Path,
    split: str,
    classes: str | None,
    boundary: bool,
    as_json: bool,
    **inference: Any,
) -> None:
    """Measure a model on a data set: IoU of each class, their mean, pixel accuracy."""
    from atrous.datasets.folder import DatasetFolder
    from atrous.evaluation.evaluate import evaluate as measure
    from atrous.inference.segmenter import Segmenter

    dataset = DatasetFolder.open(data)
    segmenter = Segmenter(**inference)
    names = None
    if classes is not None:
        names = [name.strip() for name in classes.split(",") if name.strip()]
        if not names:
            raise click.BadParameter("names no class", param_hint="--classes")
    with click.progressbar(
        length=1,  # until the first picture says how many there are
        label="evaluating",
        file=sys.stderr,
        hidden=not options.is_watched(),
    ) as bar:

        def show(_done: int, total: int) -> None:
            bar.length = total
            bar.update(1)

        result = measure(
            segmenter,
            dataset,
            split,
            classes=names,
            boundary=boundary,
            progress=show,
        )
    if as_json:
        click.echo(json.dumps(result.summary()))
    else:
        _print_scores(result)


def _print_scores(result: "Evaluation") -> None:
    """The table for people."""
    figures = result.summary()
    click.echo(
        f"{result.model}, output stride {result.output_stride}, on {result.dataset} "
        f"{result.split}: {options.counted(result.images, 'picture')}"
    )
    click.echo("IoU")
    options.print_table(list(result.per_class().items()))
    click.echo(f"mean IoU        {_percent(figures['miou'])}")
    click.echo(f"pixel accuracy  {_percent(figures['pixel_accuracy'])}")
    if result.boundary:
        click.echo(f"mean IoU within n pixels of the border ({result.border})")
        for width, matrix in result.boundary.items():
            click.echo(f"  {width:3d} px  {_percent(matrix.miou())}")
    each = 1000 * result.seconds / max(1, result.images)
    click.echo(f"{result.seconds:.1f} s, {each:.0f} ms a picture")


def _percent(value: float | None) -> str:
    return "–" if value is None else f"{100 * value:.2f} %"
