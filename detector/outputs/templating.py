"""Templates: one way to fill them for every page of ours. Text from outside is printable and escaped in all of them."""

from collections.abc import Callable
from functools import cache
from typing import TYPE_CHECKING, Any

from detector.outputs.hostile import printable

if TYPE_CHECKING:
    from jinja2 import Environment

__all__ = ["environment", "shown"]


def shown(value: Any) -> Any:
    """A value as a page may show it: text made printable (see `printable`), all else as it is."""
    return printable(value) if type(value) is str else value


@cache
def environment(*packages: str, finalize: Callable[[Any], Any] = shown) -> "Environment":
    """What fills the templates of packages; a name that a template lacks is an error.

    Parameters
    ----------
    packages
        Their folders `templates` are looked through in this order.
    finalize
        What is done to each value before it is escaped; where it is not `shown`, it must do as much for text.
    """
    from jinja2 import ChoiceLoader, Environment, PackageLoader, StrictUndefined

    return Environment(
        loader=ChoiceLoader([PackageLoader(package) for package in packages]),
        autoescape=True,
        undefined=StrictUndefined,
        finalize=finalize,
        trim_blocks=True,
        lstrip_blocks=True,
    )
