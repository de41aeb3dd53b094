"""Desk: what the pages work with: the model, an audit if there is one, the review, workers, and the token."""

import secrets
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from detector.audit.folder import finished
from detector.audit.retention import beside
from detector.errors import AuditError, ServeError
from detector.review import Log
from detector.serve.answers import Answers
from detector.serve.changes import Changed, changed
from detector.serve.jobs import Jobs
from detector.serve.night import Night
from detector.serve.settings import Serving
from detector.serve.shelf import Report, Shelf

if TYPE_CHECKING:
    from detector.audit.folder import Audit
    from detector.model.model import Model
    from detector.tables import Tables

__all__ = ["Desk", "make_desk"]


@dataclass(frozen=True, slots=True, repr=False)
class Desk:
    """See the module. `token` is made anew at each start: whatever writes has to bring it."""

    serving: Serving
    model: "Model"
    jobs: Jobs
    shelf: Shelf
    audited: Night | None = None
    reviewed: Answers | None = None
    changes: Changed | None = None
    token: str = field(default_factory=lambda: secrets.token_urlsafe(32))

    def __repr__(self) -> str:
        return f"Desk({self.audited.audit if self.audited else 'no audit'})"

    @property
    def night(self) -> Night:
        """The audit.

        Raises
        ------
        ServeError
            There is none.
        """
        if self.audited is None:
            raise ServeError("No audit is open. Start with its folder: detector serve AUDIT_DIR.", 404)
        return self.audited

    @property
    def answers(self) -> Answers:
        """The review.

        Raises
        ------
        ServeError
            There is no audit to review.
        """
        if self.reviewed is None:
            raise ServeError("No audit is open. Start with its folder: detector serve AUDIT_DIR.", 404)
        return self.reviewed

    def check(self, token: object) -> None:
        """Whether a request that writes brought the token.

        Raises
        ------
        ServeError
            It did not.
        """
        given = token if isinstance(token, str) else ""
        if not secrets.compare_digest(given.encode(), self.token.encode()):
            raise ServeError(
                "This page is of an earlier start of the server, or was not sent by it. Load the form again.",
                403,
            )

    def row(self, platform: str, account_id: str) -> dict[str, Any]:
        """An account of the audit.

        Raises
        ------
        ServeError
            It is not there.
        """
        row = self.night.account(platform, account_id)
        if row is None:
            raise ServeError("This account is not in the audit.", 404)
        return row

    def typed(self, tables: "Tables") -> Report:
        """The report of typed numbers: they are few, and are judged here."""
        from detector.api import judge
        from detector.outputs.html import report

        return Report(report(tables, self.model, judge(tables, self.model, reasons="all")), tables.notices)

    def close(self) -> None:
        """End what was begun."""
        self.jobs.close()
        if self.audited is not None:
            self.audited.close()


def make_desk(serving: Serving) -> Desk:
    """Load the model and open the audit.

    Raises
    ------
    ModelError
        There is no such model.
    AuditError
        The folder holds no finished audit, nor does it hold folders of such.
    CasesError
        The file of cases has problems.
    """
    from detector.api import load_model, model_folder

    folder = model_folder(serving.model)
    model = load_model(folder)
    jobs, shelf = Jobs(serving.limits, folder), Shelf(serving.limits.kept)
    if serving.folder is None:
        return Desk(serving, model, jobs, shelf)
    audit = _audit(serving)
    answers = Answers(audit.folder, Log(serving.cases or audit.folder / "cases.csv"), serving.reviewer)
    answers.cases()  # a file with problems is said at the start
    return Desk(serving, model, jobs, shelf, Night(audit), answers, changed(audit))


def _audit(serving: Serving) -> "Audit":
    """The audit in a folder, or the newest of those that lie in it."""
    folder = serving.folder
    if folder is None:
        raise AuditError("No folder was given.")
    try:
        return finished(folder)
    except AuditError:
        nights = beside(folder) if folder.is_dir() else []
        if not nights:
            raise
        return nights[0]
