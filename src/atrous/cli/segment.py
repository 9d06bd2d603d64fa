"""``atrous segment``: pictures in, label and overlay pictures out."""

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from atrous.cli import options

if TYPE_CHECKING:
    from atrous.inference.job import Outcome
    from atrous.inference.segmenter import Segmenter


def segment(
    inputs: Annotated[
        list[str],
        typer.Argument(
            help="Pictures, folders, patterns such as 'photos/*.jpg', or - for stdin.",
            metavar="INPUT...",
            show_default=False,
        ),
    ],
    output: Annotated[
        Path, typer.Option("--output", "-o", help="Folder for the results.", metavar="DIR")
    ] = Path("atrous-out"),
    model: options.Model = "deeplabv3-mobilenetv2-voc",
    output_stride: options.OutputStride = None,
    overlay: Annotated[
        bool, typer.Option(help="Write <stem>.overlay.png beside <stem>.labels.png.")
    ] = True,
    recursive: Annotated[
        bool, typer.Option("--recursive", "-r", help="Look into subfolders too.")
    ] = False,
    skip_existing: Annotated[
        bool, typer.Option("--skip-existing", help="Go on where a stopped job was.")
    ] = False,
    keep_endings: Annotated[
        bool, typer.Option("--keep-endings", help="Name results a.jpg.labels.png, not a.labels.png.")
    ] = False,
    engine: options.Engine = "auto",
    threads: options.Threads = None,
    max_pixels: options.MaxPixels = 500_000_000,
    as_json: options.Json = False,
    debug: options.Debug = False,
) -> None:
    """Segment pictures: what is where, pixel by pixel.

    For each picture a palette PNG whose pixel values are class ids, and the picture coloured in.
    """
    del debug
    from atrous.inference.job import Job
    from atrous.inference.segmenter import Segmenter
    from atrous.media.files import find_pictures

    sources = find_pictures(inputs, recursive=recursive)
    job = Job(sources, output, overlay=overlay, keep_endings=keep_endings)
    segmenter = Segmenter(
        model, engine=engine, output_stride=output_stride, threads=threads, max_pixels=max_pixels
    )
    failed = interrupted = 0
    done: list[Outcome] = []
    todo = job.pending() if skip_existing else job.sources
    with typer.progressbar(
        job.run(segmenter, todo),
        length=len(todo),
        label="segmenting",
        file=typer.get_text_stream("stderr"),
        hidden=len(todo) < 2 or not options.is_terminal(),
    ) as outcomes:
        try:
            for outcome in outcomes:
                done.append(outcome)
                if outcome.error:
                    failed += 1
                    typer.echo(f"atrous: {outcome.error}", err=True)
                if as_json:
                    typer.echo(json.dumps(_report(outcome, segmenter), ensure_ascii=False))
        except KeyboardInterrupt:
            interrupted = 1
    if not as_json:
        _print_found(done, segmenter, skipped=len(job.sources) - len(todo), output=output)
    if interrupted:
        typer.echo(
            f"atrous: stopped with {len(done)} of {len(todo)} done; the same command with "
            "--skip-existing goes on from here",
            err=True,
        )
        raise typer.Exit(130)
    if failed:
        raise typer.Exit(3 if failed < len(todo) else 1)


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
    outcomes: list["Outcome"], segmenter: "Segmenter", *, skipped: int, output: Path
) -> None:
    """What a person wants to know: what was found, where the files are, how long it took."""
    good = [outcome for outcome in outcomes if not outcome.error]
    if len(outcomes) == 1 and good:
        only = good[0]
        typer.echo(f"{only.name}  {only.width} × {only.height}")
        options.print_table(list(only.areas.items()))
        typer.echo("written: " + "\n         ".join(str(path) for path in only.files))
    elif good:
        totals: dict[str, float] = {}
        for outcome in good:
            for name, share in outcome.areas.items():
                totals[name] = totals.get(name, 0.0) + share / len(good)
        typer.echo("mean share of the pictures")
        options.print_table(sorted(totals.items(), key=lambda item: -item[1]))
        typer.echo(f"written: {sum(len(o.files) for o in good)} files in {output}")
    if skipped:
        typer.echo(f"skipped: {skipped} with results already in {output}")
    if good:
        seconds = sum(outcome.seconds for outcome in good)
        many = f"{len(good)} pictures, {seconds / len(good):.3f} s each, " if len(good) > 1 else ""
        typer.echo(
            f"{many}{seconds:.2f} s ({segmenter.card.name}, output stride "
            f"{segmenter.output_stride}, {segmenter.engine}, threads: {segmenter.threads})"
        )
