"""``atrous models``: the trained models there are."""

import json
from dataclasses import asdict

import click

from atrous.cli import options


@click.command(short_help="List the trained models.")
@options.output
def models(as_json: bool) -> None:
    """List the trained models: what they know, their numbers, licence and size."""
    from atrous.zoo import DEFAULT_MODEL, bundled_models, open_model

    for name, path in bundled_models().items():
        card, size = open_model(name).card, path.stat().st_size
        if as_json:
            entry = asdict(card) | {"file": str(path), "bytes": size}
            entry["output_strides"] = sorted(card.output_strides)
            click.echo(json.dumps(entry))
            continue
        default = "  (default)" if name == DEFAULT_MODEL else ""
        strides = " and ".join(str(stride) for stride in sorted(card.output_strides))
        click.echo(f"{name}{default}")
        click.echo(f"  classes    {len(card.classes)}: {', '.join(card.classes)}")
        click.echo(f"  strides    {strides}, by default {card.output_stride}")
        for number in card.numbers:
            click.echo(
                f"  measured   {number.metric} {number.value:.4f} at stride "
                f"{number.output_stride} on {number.data}"
            )
        click.echo(f"  training   {card.training_data}")
        click.echo(f"  licence    {card.licence}")
        click.echo(f"  source     {card.source}")
        click.echo(f"  size       {size / 1e6:.1f} MB, bundled")
