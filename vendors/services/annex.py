"""What a vendor says to its annex of promises: that it is right, or what is not."""

from django.db import transaction
from django.utils.translation import gettext as _

from evaltracker.errors import Forbidden, Refused, Stale, require_row
from evaltracker.evaluations import journal
from evaltracker.evaluations.journal import By, actor_of
from evaltracker.toolbox.days import database_now
from evaltracker.toolbox.text import Inputs
from vendors.models import Candidate, DocumentObjection, DocumentReceipt
from vendors.selectors.annex import Annex, annex_for, annex_versions, differing_lines
from vendors.services.candidates import lock_candidate


@transaction.atomic
def confirm_annex(
    *, candidate: Candidate, sha256: str, name: str, reader: str, by: By
) -> tuple[DocumentReceipt, bool]:
    """The receipt for the newest version, and whether it is new.

    Raises:
        Forbidden: `reader` is nobody's, or may not read all of it. NotFound: nothing
        was put forward. Stale: it is the digest of an older version; with the lines
        that differ. Invalid: by field.
    """
    annex = _locked(candidate, reader)
    if annex.withheld:
        raise Forbidden(_("Only people who may read your prices can confirm it."))
    inputs = Inputs()
    name = inputs.line("name", name)
    older = annex_versions(candidate).filter(sha256=sha256).first()
    if older is None:
        inputs.refuse("sha256", _("No version has this SHA-256. Read the annex again."))
    inputs.check()
    document = annex.document
    if older and older.sha256 != document.sha256:
        raise Stale(
            _("There is a newer version. Read what differs, then confirm that one."),
            difference="\n".join(differing_lines(older.text, document.text)),
        )
    receipt = document.receipts.first()
    if receipt is not None:
        return receipt, False
    receipt = DocumentReceipt.objects.create(
        candidate=document.candidate,
        document=document,
        name=name,
        address=reader,
        confirmed_at=database_now(),
        confirmed_by=actor_of(by).name,
    )
    _tell(annex, "annex.confirmed", by, name=name, sha256=document.sha256)
    return receipt, True


@transaction.atomic
def object_to_annex(
    *, candidate: Candidate, line: str, words: str, reader: str, by: By
) -> tuple[DocumentObjection, bool]:
    """The objection to a line of the newest version, and whether it is new.

    Raises:
        Forbidden: `reader` is nobody's. NotFound: nothing was put forward. Refused: it
        is confirmed. Invalid: by field.
    """
    annex = _locked(candidate, reader)
    inputs = Inputs()
    words = inputs.text("words", words)
    if line not in annex.lines:
        inputs.refuse("line", _("Choose a line of the annex."))
    inputs.check()
    if annex.document.receipts.exists():
        raise Refused(_("This version is confirmed, so nobody can object to it."))
    said = {"document": annex.document, "line": line, "words": words}
    objection = DocumentObjection.objects.filter(**said).first()
    if objection is not None:
        return objection, False
    objection = DocumentObjection.objects.create(
        candidate=annex.document.candidate,
        made_at=database_now(),
        made_by=actor_of(by).name,
        **said,
    )
    _tell(annex, "annex.objected", by, line=line)
    return objection, True


def _locked(candidate: Candidate, reader: str) -> Annex:
    if not reader:
        raise Forbidden(
            _(
                "Only the vendor itself confirms; use the link, or a token made on "
                "“People”."
            )
        )
    return require_row(annex_for(lock_candidate(candidate), reader))


def _tell(annex: Annex, action: str, by: By, **told: str) -> None:
    candidate = annex.document.candidate
    journal.record(
        evaluation=candidate.evaluation,
        action=action,
        subject=candidate,
        by=by,
        after={"candidate": candidate.name, "version": annex.document.version, **told},
    )
