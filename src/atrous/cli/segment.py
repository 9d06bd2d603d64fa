"""``atrous segment``: pictures in, label and overlay pictures out."""

import json
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from atrous.cli import options

if TYPE_CHECKING:
    from atrous.inference.job import Outcome
    from atrous.inference.segmenter import Segmenter


@click.command(no_args_is_help=True)
@click.argument("inputs", nargs=-1, required=True, metavar="INPUT...")
@click.option(
    "--output",
    "-o",
    type=click.Path(path_type=Path),
    default="atrous-out",
    show_default=True,
    metavar="DIR",
    help="Folder for the results.",
)
@options.inference
@click.option(
    "--overlay/--no-overlay",
    default=True,
    help="Whether to write <stem>.overlay.png beside <stem>.labels.png; by default yes.",
)
@click.option("--recursive", "-r", is_flag=True, help="Look into subfolders too.")
@click.option("--skip-existing", is_flag=True, help="Go on where a stopped job was.")
@click.option(
    "--keep-endings", is_flag=True, help="Name results a.jpg.labels.png, not a.labels.png."
)
@options.output
def segment(
    inputs: tuple[str, ...],
    output: Path,
    overlay: bool,
    recursive: bool,
    skip_existing: bool,
    keep_endings: bool,
    as_json: bool,
    **inference: Any,
) -> None:
    """Segment pictures: what is where, pixel by pixel.

    INPUT is a picture, a folder, a pattern such as 'photos/*.jpg', or - for stdin. Each picture
    gives a palette PNG whose pixel values are class ids, and an overlay to look at.
    """
    from atrous.inference.job import Job
    from atrous.inference.segmenter import Segmenter
    from atrous.media.files import find_pictures

    start = time.perf_counter()
    sources = find_pictures(inputs, recursive=recursive)
    job = Job(sources, output, overlay=overlay, keep_endings=keep_endings)
    segmenter = Segmenter(**inference)
    failed = interrupted = 0
    done: list[Outcome] = []
    todo = job.pending() if skip_existing else job.sources
    with click.progressbar(
        job.run(segmenter, todo),
        length=len(todo),
        label="segmenting",
        file=sys.stderr,
        hidden=len(todo) < 2 or not options.is_watched(),
    ) as outcomes:
        try:
            for outcome in outcomes:
                done.append(outcome)
                if outcome.error:
                    failed += 1
                    click.echo(f"atrous: {outcome.error}", err=True)
                if as_json:
                    click.echo(json.dumps(_report(outcome, segmenter), ensure_ascii=False))
        except KeyboardInterrupt:
            interrupted = 1
    if not as_json:
        _print_found(
            done,
            segmenter,
            skipped=len(job.sources) - len(todo),
            output=output,
            seconds=time.perf_counter() - start,
        )
    if interrupted:
        click.echo(
            f"atrous: stopped with {len(done)} of {len(todo)} done; the same command with "
            "--skip-existing goes on from here",
            err=True,
        )
        sys.exit(130)
    if failed:
        sys.exit(3 if failed < len(todo) else 1)


def _report(outcome: "Outcome", segmenter: "Segmenter") -> dict[str, Any]:
    """One line of JSON."""
    if outcome.error:
        return {"input": outcome.name, "error": str(outcome.error)}
    return {
        "input": outcome.name,
        "width": outcome.width,
        "height": outcome.height,
        "classes": outcome.areas,
        "files": [str(path) for path in outcome.files],
        "seconds": round(outcome.seconds, 4),
        "model": segmenter.card.name,
        "output_stride": segmenter.output_stride,
    }


def _print_found(
    outcomes: list["Outcome"],
    segmenter: "Segmenter",
    *,
    skipped: int,
    output: Path,
    seconds: float,
) -> None:
    """What a person wants to know: what was found, where the files are, how long it took."""
    from atrous.inference.job import mean_areas

    good = [outcome for outcome in outcomes if not outcome.error]
    if len(outcomes) == 1 and good:
        only = good[0]
        click.echo(f"{only.name}  {only.width} × {only.height}")
        options.print_table(list(only.areas.items()))
        click.echo("written: " + "\n         ".join(str(path) for path in only.files))
    elif good:
        click.echo("mean share of the pictures")
        options.print_table(list(mean_areas(good).items()))
        click.echo(f"written: {sum(len(o.files) for o in good)} files in {output}")
    if skipped:
        click.echo(f"skipped: {skipped} with results already in {output}")
    if good:
        each = sum(outcome.seconds for outcome in good) / len(good)
        count = "1 picture" if len(good) == 1 else f"{len(good)} pictures"
        click.echo(
            f"{count} in {seconds:.2f} s, {each:.2f} s each ({segmenter.card.name}, output stride "
            f"{segmenter.output_stride}, {segmenter.engine}, threads: {segmenter.threads})"
        )
