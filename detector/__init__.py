"""Says from public counters how suspicious a social account is of inflated likes or followers, and why.

Three functions do the whole job from Python; each loads what it needs when it is first called::

    import detector
    tables = detector.read("creator.json")
    model = detector.load_model()
    result = detector.score(tables, model)     # pyarrow.Table, columns of detector.contract.RESULT
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from detector.api import load_model, read, score

__all__ = ["load_model", "read", "score"]
__version__ = "0.1.0"


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})


def __getattr__(name: str) -> Any:
    if name in __all__:
        return getattr(import_module("detector.api"), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
