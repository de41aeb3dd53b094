"""What the commands share that make a model: it is tracked and registered, and no failure there costs the model."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from detector.cli.say import say
from detector.errors import UsageError

if TYPE_CHECKING:
    from matplotlib.figure import Figure

__all__ = ["Kept", "brief", "check_tracking", "keep"]


@dataclass(frozen=True, slots=True)
class Kept:
    """What a run holds, see `training.tracking.Record`; `figures` by name."""

    name: str
    settings: Mapping[str, Any]
    data_sha256: Mapping[str, str]
    metrics: Mapping[str, float]
    notices: tuple[str, ...]
    figures: "Mapping[str, Figure]"
    folder: Path


def check_tracking(experiment: str | None, register: str | None, *, no_track: bool) -> None:
    """Find out whether the options about MLflow go together.

    Raises
    ------
    UsageError
        It is to be left alone, and used.
    """
    if no_track and (register or experiment):
        raise UsageError(
            "--no-track leaves MLflow alone, so --register and --experiment cannot be had with it."
        )


def keep(
    kept: Kept,
    experiment: str | None,
    name: str | None,
    tags: Mapping[str, str],
    tell: Callable[[str], None],
) -> None:
    """Log a run and register its model as `name`, the challenger. Whatever fails there is said, and the model stays."""
    from training import registry, tracking

    place = tracking.store()
    try:
        record = tracking.Record(
            name=kept.name,
            settings=kept.settings,
            data_sha256=kept.data_sha256,
            metrics=kept.metrics,
            notices=kept.notices,
            figures=kept.figures,
            folder=kept.folder,
        )
        run = tracking.track(record, experiment or tracking.default_experiment(), place)
    except Exception as error:  # a database, a server, a disk, a plot: none of them may cost the model
        say(
            f"warning: the fit was not tracked at {place.uri}: {brief(error)}. The model in {kept.folder} is whole. "
            "Check MLFLOW_TRACKING_URI, or leave tracking out with --no-track."
        )
        return
    tell(f"tracked as run {run.run_id} of the experiment {run.experiment}; to look at it:")
    tell(f"  {place.page}")
    if name is None:
        return
    try:
        number = registry.register(run, name, kept.folder, tags=tags)
    except Exception as error:  # as above
        say(f"warning: the model was tracked, but not registered as {name}: {brief(error)}.")
        return
    tell(f"registered as version {number}, the challenger: --model models:/{name}@challenger")


def brief(error: Exception) -> str:
    """Kind and first line of an error."""
    lines = str(error).strip().splitlines()
    return f"{type(error).__name__}: {lines[0][:300].rstrip('.') if lines else 'no message'}"
