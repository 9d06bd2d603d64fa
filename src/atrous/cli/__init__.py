"""The command line: one file per verb. A verb parses, calls the library and prints, no more.

Results go to files, machine-readable output to stdout, everything chatty to stderr.
Exit codes: 0 all done; 1 failed; 2 wrong usage; 3 some inputs failed; 130 stopped with Ctrl-C.
"""

import sys
from contextlib import suppress
from typing import Annotated

import typer

from atrous import __version__
from atrous.cli import doctor, evaluate, models, segment
from atrous.cli.options import is_debugging
from atrous.errors import AtrousError

app = typer.Typer(
    name="atrous",
    help="Semantic segmentation with DeepLab: a photo in, a coloured mask out.",
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)
app.command("segment", no_args_is_help=True)(segment.segment)
app.command("evaluate")(evaluate.evaluate)
app.command("models")(models.models)
app.command("doctor")(doctor.doctor)


def _print_version(asked: bool) -> None:
    if asked:
        typer.echo(f"atrous {__version__}")
        raise typer.Exit


@app.callback()
def _atrous(
    version: Annotated[
        bool,
        typer.Option(
            "--version", callback=_print_version, is_eager=True, help="Print the version and exit."
        ),
    ] = False,
) -> None:
    del version  # its callback has done all there is to do


def main() -> None:
    """The ``atrous`` command."""
    for stream in (sys.stdout, sys.stderr):
        with suppress(AttributeError):  # a stream that is not a text file has no reconfigure
            stream.reconfigure(errors="replace")  # pyright: ignore[reportAttributeAccessIssue]
    try:
        app()
    except AtrousError as error:
        if is_debugging():
            raise
        typer.echo(f"atrous: {error}", err=True)
        sys.exit(1)
    except BrokenPipeError:  # the reader of our output has gone: `atrous models | head -1`
        sys.stderr.close()
        sys.exit(1)
