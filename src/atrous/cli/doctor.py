"""``atrous doctor``: what is installed, what is missing and how to get it."""

import json

import typer

from atrous.cli import options


def doctor(as_json: options.Json = False, debug: options.Debug = False) -> None:
    """Say what is installed and works, what is missing and how to get it."""
    del debug
    from atrous.inference.diagnosis import diagnose

    findings = diagnose()
    if as_json:
        typer.echo(json.dumps({f.what: {"state": f.state, "hint": f.hint} for f in findings}))
        return
    width = max(len(finding.what) for finding in findings)
    for finding in findings:
        hint = f"  → {finding.hint}" if finding.hint else ""
        typer.echo(f"{'!' if finding.hint else '✓'} {finding.what:<{width}}  {finding.state}{hint}")
