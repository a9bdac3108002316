"""What a vendor says to its annex of promises: that it is right, or what is not."""

from difflib import unified_diff
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from evaltracker.errors import Forbidden, Invalid, Refused, Stale, require_row
from evaltracker.evaluations.journal import By, actor_of
from evaltracker.toolbox.days import database_now
from evaltracker.toolbox.text import CallFields
from vendors.models import Candidate, DocumentReply
from vendors.selectors.annex import annex_for, annex_versions
from vendors.services.candidates import lock_candidate, record_on


class NewerVersion(Invalid):
    """Another version was read; its errors are the lines that differ."""

    status = Stale.status
    default_code = Stale.default_code


@transaction.atomic
def confirm_annex(
    *, candidate: Candidate, sha256: str, name: str, reader: str, by: By
) -> tuple[DocumentReply, bool]:
    """The receipt for the newest version, and whether it is new. `reader` is from
    `reader_of`, and has to read all of it."""
    annex = _locked(candidate, reader)
    inputs = CallFields()
    if annex.withheld:
        raise Forbidden(_("Only people who may read your prices can confirm it."))
    name = inputs.line("name", name)
    read = annex_versions(candidate).filter(sha256=sha256).first()
    if read is None:
        inputs.refuse("sha256", _("No version has this SHA-256. Read the annex again."))
    inputs.check()
    if read and read.sha256 != annex.sha256:
        former = read.text.split("\n")
        newer = annex.text.split("\n")
        lines = [*unified_diff(former, newer, n=0, lineterm="")][2:]
        raise NewerVersion(
            _("There is a newer version. Read what differs, then confirm that one."),
            errors={"sha256": [line for line in lines if not line.startswith("@@")]},
        )
    if annex.receipt:
        return annex.receipt, False
    details = {"name": name, "sha256": annex.sha256}
    reply = _store_reply(
        annex, by, "annex.confirmed", details, words=name, address=reader
    )
    return reply, True


@transaction.atomic
def object_to_annex(
    *, candidate: Candidate, line: str, words: str, reader: str, by: By
) -> tuple[DocumentReply, bool]:
    """The objection to a line of the newest version, and whether it is new."""
    annex = _locked(candidate, reader)
    inputs = CallFields()
    words = inputs.text("words", words)
    if line not in annex.lines:
        inputs.refuse("line", _("Choose a line of the annex."))
    inputs.check()
    if annex.receipt:
        raise Refused(_("This version is confirmed, so nobody can object to it."))
    for row in annex.objections:
        if (row.line, row.words) == (line, words):
            return row, False
    details = {"line": line}
    reply = _store_reply(annex, by, "annex.objected", details, line=line, words=words)
    return reply, True


def _locked(candidate: Candidate, reader: str) -> Any:
    if reader:
        return require_row(annex_for(lock_candidate(candidate), reader))
    sentence = _(
        "Only the vendor itself confirms; use the link, or a token made on “People”."
    )
    raise Forbidden(sentence)


def _store_reply(
    annex: Any, by: By, action: str, details: dict[str, str], **values: str
) -> DocumentReply:
    columns = {"made_at": database_now(), "made_by": actor_of(by).name, **values}
    candidate = annex.candidate
    row: DocumentReply = annex.replies.create(candidate=candidate, **columns)
    record_on(candidate, action, by, version=annex.version, **details)
    return row
