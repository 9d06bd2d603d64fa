"""``atrous doctor``: what is installed, what is missing and how to get it."""

import json

import click

from atrous.cli import options


@click.command(short_help="Say what is installed and missing.")
@options.output
def doctor(as_json: bool) -> None:
    """Say what is installed and works, what is missing and how to get it."""
    from atrous.inference.diagnosis import diagnose

    findings = diagnose()
    if as_json:
        click.echo(json.dumps({f.what: {"state": f.state, "hint": f.hint} for f in findings}))
        return
    width = max(len(finding.what) for finding in findings)
    for finding in findings:
        hint = f"  → {finding.hint}" if finding.hint else ""
        mark = "✓" if not finding.hint else "-" if finding.optional else "!"
        click.echo(f"{mark} {finding.what:<{width}}  {finding.state}{hint}")
