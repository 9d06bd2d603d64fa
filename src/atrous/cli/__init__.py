"""The command line: one file per verb. A verb parses, calls the library and prints, no more.

Results go to files, machine-readable output to stdout, everything chatty to stderr.
Exit codes: 0 all done; 1 failed; 2 wrong usage; 3 some inputs failed; 130 stopped with Ctrl-C.
"""

import io
import os
import sys
import warnings

import click

from atrous import __version__
from atrous.cli import options
from atrous.cli.doctor import doctor
from atrous.cli.evaluate import evaluate
from atrous.cli.models import models
from atrous.cli.segment import segment
from atrous.errors import AtrousError


@click.group(
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
    epilog="Exit codes: 0 all done, 1 failed, 2 wrong usage, 3 some inputs failed, 130 stopped.",
)
@click.version_option(__version__, message="atrous %(version)s")
@options.debug
def atrous() -> None:
    """Semantic segmentation with DeepLab: a photo in, a coloured mask out."""


for verb in (segment, evaluate, models, doctor):
    atrous.add_command(verb)


def main() -> None:
    """The ``atrous`` command."""
    # numpy's OpenBLAS starts a thread per processor when it is imported, for linear algebra that
    # no verb does: 60 ms of processor time on two cores.
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")  # a terminal without × or … still gets its text
    warnings.filterwarnings("ignore", module="PIL")  # a damaged EXIF block is nobody's business
    try:
        sys.exit(atrous(prog_name="atrous", standalone_mode=False))
    except click.ClickException as error:
        error.show()
        sys.exit(error.exit_code)
    except (click.Abort, KeyboardInterrupt):
        click.echo("atrous: stopped", err=True)
        sys.exit(130)
    except AtrousError as error:
        options.print_error(error)
        sys.exit(1)
    except BrokenPipeError:  # the reader of our output has gone: `atrous models | head -1`
        sys.stderr.close()
        sys.exit(1)
    except OSError as error:  # printing failed: the disk behind stdout is full, say
        options.print_error(error)
        sys.exit(1)
