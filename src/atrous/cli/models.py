"""``atrous models``: the trained models there are."""

import json
from dataclasses import asdict

import typer

from atrous.cli import options


def models(as_json: options.Json = False, debug: options.Debug = False) -> None:
    """List the trained models: what they know, their numbers, licence and size."""
    del debug
    from atrous.zoo import DEFAULT_MODEL, bundled_models, open_model

    for name, path in bundled_models().items():
        card, size = open_model(name).card, path.stat().st_size
        if as_json:
            entry = asdict(card) | {"file": str(path), "bytes": size}
            entry["output_strides"] = sorted(card.output_strides)
            typer.echo(json.dumps(entry, ensure_ascii=False))
            continue
        default = "  (default)" if name == DEFAULT_MODEL else ""
        strides = " and ".join(str(stride) for stride in sorted(card.output_strides))
        typer.echo(f"{name}{default}")
        typer.echo(f"  classes    {len(card.classes)}: {', '.join(card.classes)}")
        typer.echo(f"  strides    {strides}, by default {card.output_stride}")
        for number in card.numbers:
            typer.echo(
                f"  {number.metric:<10} {number.value:.4f} at stride {number.output_stride}, "
                f"{number.data}"
            )
        typer.echo(f"  training   {card.training_data}")
        typer.echo(f"  licence    {card.licence}")
        typer.echo(f"  source     {card.source}")
        typer.echo(f"  size       {size / 1e6:.1f} MB, bundled")
