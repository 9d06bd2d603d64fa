"""The options that several verbs share, so that they mean the same everywhere."""

import sys
from collections.abc import Callable, Sequence
from typing import Any, TypeVar

import click

Command = TypeVar("Command", bound=Callable[..., Any])

_debugging = False


def _set_debugging(_context: click.Context, _parameter: click.Parameter, asked: bool) -> None:
    global _debugging
    _debugging = asked


def is_debugging() -> bool:
    """Whether errors are to be shown with their traceback."""
    return _debugging


def output(command: Command) -> Command:
    """``--json`` and ``--debug``, which every verb has."""
    for option in (
        click.option(
            "--debug",
            is_flag=True,
            expose_value=False,
            is_eager=True,
            callback=_set_debugging,
            help="Show tracebacks.",
        ),
        click.option(
            "--json", "as_json", is_flag=True, help="Print JSON on stdout, one object a line."
        ),
    ):
        command = option(command)
    return command


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
            help="Threads to use; by default all processors.",
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


def print_table(rows: Sequence[tuple[str, float | None]]) -> None:
    """Names with shares from 0 to 1, as per cent and as bars."""
    width = max((len(name) for name, _ in rows), default=0)
    for name, share in rows:
        if share is None:
            click.echo(f"  {name:<{width}}      –")
        else:
            bar = "█" * round(20 * share)
            click.echo(f"  {name:<{width}}  {100 * share:5.1f} %  {bar}".rstrip())
