"""``atrous segment``: pictures in, label and overlay pictures out."""

import json
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from atrous.cli import options

if TYPE_CHECKING:
    from atrous.errors import PictureError
    from atrous.inference.job import Outcome, Summary
    from atrous.inference.segmenter import Segmenter


@click.command(no_args_is_help=True, short_help="Segment pictures: files, folders, stdin.")
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
    from atrous.inference.job import Job, Summary
    from atrous.inference.segmenter import Segmenter
    from atrous.media.sources import find_what_there_is

    start = time.perf_counter()
    sources, missing = find_what_there_is(inputs, recursive=recursive)
    for name, error in missing.items():
        options.print_error(error)
        if as_json:
            click.echo(json.dumps({"input": name, "error": str(error)}))
    if not sources:
        sys.exit(1)
    segmenter = Segmenter(**inference)
    job = Job(sources, output, overlay=overlay, keep_endings=keep_endings)
    summary, interrupted = Summary(), False
    failures: list[PictureError] = []
    todo = job.pending() if skip_existing else job.sources
    watched = len(todo) > 1 and options.is_watched()
    with click.progressbar(
        job.run(segmenter, todo),
        length=len(todo),
        label="segmenting",
        file=sys.stderr,
        hidden=not watched,
    ) as outcomes:
        try:
            for outcome in outcomes:
                summary.add(outcome)
                if outcome.error:
                    failures.append(outcome.error)
                    if not watched:  # a bar would be written over
                        options.print_error(outcome.error)
                if as_json:
                    click.echo(json.dumps(_report(outcome, segmenter)))
        except KeyboardInterrupt:
            interrupted = True
    if watched:
        for error in failures:
            options.print_error(error)
    if not as_json:
        if len(todo) < len(job.sources):
            click.echo(f"skipped: {len(job.sources) - len(todo)} with results in {output}")
        _print_found(summary, segmenter, output, time.perf_counter() - start)
    if interrupted:
        click.echo(
            f"atrous: stopped with {summary.done + summary.failed} of {len(todo)} done; the same "
            "command with --skip-existing goes on from here",
            err=True,
        )
        sys.exit(130)
    failed, asked_for = summary.failed + len(missing), len(job.sources) + len(missing)
    if failed:
        if asked_for > 1:
            click.echo(f"atrous: {failed} of {asked_for} pictures failed", err=True)
        sys.exit(3 if failed < asked_for else 1)


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


def _print_found(summary: "Summary", segmenter: "Segmenter", output: Path, seconds: float) -> None:
    """What a person wants to know: what was found, where the files are, how long it took."""
    last = summary.last
    if last is None:
        return
    if summary.done == 1:
        click.echo(f"{last.name}  {last.width} × {last.height}")
        options.print_table(list(last.areas.items()))
        click.echo("written: " + "\n         ".join(str(path) for path in last.files))
    else:
        click.echo("mean share of the pictures")
        options.print_table(list(summary.mean_areas().items()))
        click.echo(f"written: {summary.files} files in {output}")
    each = summary.seconds / summary.done
    took = (
        f"{seconds:.2f} s, {each:.2f} s of it for the picture"
        if summary.done == 1
        else f"{summary.done} pictures in {seconds:.2f} s, {each:.2f} s each"
    )
    click.echo(
        f"{took} ({segmenter.card.name}, output stride {segmenter.output_stride}, "
        f"{segmenter.engine}, threads: {segmenter.threads})"
    )
