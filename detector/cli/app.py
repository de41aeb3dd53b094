"""The list of commands. Those of other packages are joined by an entry point, and imported when they are called."""

import sys
from typing import Annotated, Any

import typer
from typer.core import TyperCommand, TyperGroup
from typer.main import get_command

from detector.cli.audit import HELP as AUDIT_HELP
from detector.cli.audit import audit
from detector.cli.report import HELP as REPORT_HELP
from detector.cli.report import report
from detector.cli.review import HELP as REVIEW
from detector.cli.review import review
from detector.cli.score import HELP, score
from detector.cli.serve import HELP as SERVE
from detector.cli.serve import serve
from detector.errors import DetectorError

__all__ = ["COMMANDS", "app", "command"]

COMMANDS = "detector.commands"
"""Entry point group: name = the command, value = its Typer app."""

_HELP = {"train": "Fit and manage models (loads its own packages)."}


class _Commands(TyperGroup):
    """Own commands first. Entry points are looked up for `--help` and unknown names only: that takes 60 ms."""

    def list_commands(self, ctx: Any) -> list[str]:
        return [*self.commands, *(name for name in _joined() if name not in self.commands)]

    def get_command(self, ctx: Any, cmd_name: str) -> Any:
        """An own command, or a stand-in that knows its line of help without importing anything."""
        own = super().get_command(ctx, cmd_name)
        if own is not None or cmd_name not in _joined():
            return own
        return TyperCommand(cmd_name, help=_HELP.get(cmd_name, "Joined by another package."))

    def resolve_command(self, ctx: Any, args: list[str]) -> Any:
        """The command itself: here a joined one is imported."""
        if args[0] not in self.commands and args[0] in _joined():
            return args[0], _load(args[0]), args[1:]
        return super().resolve_command(ctx, args)


def _joined() -> dict[str, Any]:
    from importlib.metadata import entry_points

    return {entry.name: entry for entry in entry_points(group=COMMANDS)}


def _load(name: str) -> Any:
    try:
        loaded = _joined()[name].load()
    except ImportError as error:
        raise DetectorError(
            f"The command `{name}` cannot be loaded: {error}. Install bot-suspicion with all its dependencies."
        ) from error
    return get_command(loaded) if isinstance(loaded, typer.Typer) else loaded


app = typer.Typer(
    name="detector",
    cls=_Commands,
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)


def _version(wanted: bool) -> None:
    if wanted:
        from detector import __version__

        sys.stdout.write(f"detector {__version__}\n")
        raise typer.Exit


@app.callback()
def _detector(
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Print the version.")
    ] = False,
) -> None:
    """Say from public counters how suspicious a social account is of inflated likes or followers, and why."""


app.command(help=HELP)(score)
app.command(help=AUDIT_HELP)(audit)
app.command(help=REPORT_HELP)(report)
app.command(help=REVIEW)(review)
app.command(help=SERVE)(serve)


def command() -> Any:
    """The whole command line, ready to be run with arguments."""
    return get_command(app)
