"""Everything `detector` raises on purpose. Each message says what, where, what was expected and what to do.

::

    DetectorError               exit code 1, one paragraph
    ├── SourceError             a file, folder or database that cannot be read as asked
    │   └── UnknownFormatError  its content is none of the known formats
    ├── AuditError              the folder of an audit that is unfinished, damaged, foreign or in use
    ├── CasesError              a file of labelled cases with problems, all of them at once
    ├── ModelError              a model that cannot be found, read or trusted
    ├── FitError                a reference population that no model can be fitted on
    ├── SignalError             another package's signal that is not here, not sound, or fails
    ├── ServeError              a request that the web page refuses
    └── UsageError              options that do not go together; exit code 2
"""

__all__ = [
    "AuditError",
    "CasesError",
    "DetectorError",
    "FitError",
    "ModelError",
    "ServeError",
    "SignalError",
    "SourceError",
    "UnknownFormatError",
    "UsageError",
]


class DetectorError(Exception):
    """Base of all errors that are said to the user in one paragraph, without a traceback."""

    exit_code = 1


class SourceError(DetectorError):
    """A source cannot be read as asked: missing, empty, truncated, or without the key columns."""


class UnknownFormatError(SourceError):
    """The content of a file is none of the formats in `detector.sources`."""


class AuditError(DetectorError):
    """The folder of an audit is not what was asked for: unfinished, damaged, of another version, or in use."""


class CasesError(DetectorError):
    """A file of labelled cases has problems; the message lists all of them."""


class ModelError(DetectorError):
    """A model address leads nowhere, or what lies there is not a sound model."""


class FitError(DetectorError):
    """The reference population is too small, or holds no counter that a signal needs."""


class SignalError(DetectorError):
    """A signal of another package that a model or a fit names is not installed, is not sound, or fails."""


class ServeError(DetectorError):
    """A request that the web page refuses; `status` is what HTTP calls it."""

    def __init__(self, message: str, status: int = 422) -> None:
        super().__init__(message)
        self.status = status


class UsageError(DetectorError):
    """Options that contradict each other or a value that no option takes."""

    exit_code = 2
