"""The options that several verbs share, so that they mean the same everywhere."""

import sys
from typing import Annotated

import typer

_debugging = False


def _set_debugging(asked: bool) -> None:
    global _debugging
    _debugging = asked


def is_debugging() -> bool:
    """Whether errors are to be shown with their traceback."""
    return _debugging


Model = Annotated[
    str,
    typer.Option("--model", "-m", help="A name from 'atrous models', or a model file.", metavar="NAME|FILE"),
]
Engine = Annotated[str, typer.Option(help="What runs the network: auto or onnxruntime.")]
OutputStride = Annotated[
    int | None,
    typer.Option(
        help="Pixels per cell of the network's output; smaller is finer and slower. "
        "By default what the model's card says.",
        show_default=False,
        metavar="8|16",
    ),
]
Threads = Annotated[
    int | None,
    typer.Option(help="Threads to use. By default all processors.", show_default=False, min=1),
]
MaxPixels = Annotated[
    int, typer.Option(help="Refuse larger pictures: they may be decompression bombs.", min=1)
]
Json = Annotated[bool, typer.Option("--json", help="Print JSON on stdout, one object a line.")]
Debug = Annotated[
    bool,
    typer.Option("--debug", callback=_set_debugging, is_eager=True, help="Show tracebacks."),
]


def is_terminal() -> bool:
    """Whether a person watches stderr, so that a progress bar makes sense."""
    return sys.stderr.isatty()


def print_table(rows: list[tuple[str, float | None]], *, indent: str = "  ") -> None:
    """Names with shares from 0 to 1, as per cent and as bars."""
    width = max((len(name) for name, _ in rows), default=0)
    for name, share in rows:
        if share is None:
            typer.echo(f"{indent}{name:<{width}}      –")
        else:
            bar = "█" * round(20 * share)
            typer.echo(f"{indent}{name:<{width}}  {100 * share:5.1f} %  {bar}".rstrip())
