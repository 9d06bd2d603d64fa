"""The options that several verbs share, so that they mean the same everywhere."""

import sys
import traceback
from collections.abc import Callable, Sequence
from typing import Any, TypeVar

import click

Command = TypeVar("Command", bound=Callable[..., Any])

_debugging = False


def _set_debugging(context: click.Context, _parameter: click.Parameter, asked: bool) -> None:
    global _debugging
    _debugging = asked or (_debugging and context.parent is not None)


debug = click.option(
    "--debug",
    is_flag=True,
    expose_value=False,
    is_eager=True,
    callback=_set_debugging,
    help="Show tracebacks.",
)
"""``--debug``, before or after the verb."""


def output(command: Command) -> Command:
    """``--json`` and ``--debug``, which every verb has."""
    as_json = click.option(
        "--json", "as_json", is_flag=True, help="Print JSON on stdout, one object a line."
    )
    return as_json(debug(command))


def print_error(error: Exception) -> None:
    """One line on stderr, or the traceback with ``--debug``."""
    if _debugging:
        traceback.print_exception(error)
    else:
        click.echo(f"atrous: {error}", err=True)


def inference(command: Command) -> Command:
    """How pictures are segmented: the keyword arguments of :class:`atrous.Segmenter`."""
    for option in (
        click.option(
            "--max-pixels",
            type=click.IntRange(min=1),
            default=500_000_000,
            show_default=True,
            help="Refuse larger pictures: they may be decompression bombs.",
        ),
        click.option(
            "--threads",
            type=click.IntRange(min=1),
            help="Threads to use; by default and at most all processors.",
        ),
        click.option(
            "--engine",
            default="auto",
            metavar="NAME",
            help="What runs the network: auto (the default) or onnxruntime.",
        ),
        click.option(
            "--output-stride",
            type=click.IntRange(min=1),
            metavar="8|16",
            help="Pixels per cell of the network's output, smaller is finer and slower; by default "
            "what the model's card says.",
        ),
        click.option(
            "--model",
            "-m",
            default="deeplabv3-mobilenetv2-voc",
            show_default=True,
            metavar="NAME|FILE",
            help="A name from 'atrous models', or a model file.",
        ),
    ):
        command = option(command)
    return command


def is_watched() -> bool:
    """Whether a person watches stderr, so that a progress bar makes sense."""
    return sys.stderr.isatty()


def counted(number: int, noun: str) -> str:
    """``1 picture``, ``2 pictures``."""
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


def print_table(rows: Sequence[tuple[str, float | None]]) -> None:
    """Names with shares from 0 to 1, as per cent and as bars."""
    width = max((len(name) for name, _ in rows), default=0)
    for name, share in rows:
        if share is None:
            click.echo(f"  {name:<{width}}      –")
        else:
            bar = "█" * round(20 * share)
            click.echo(f"  {name:<{width}}  {100 * share:5.1f} %  {bar}".rstrip())
