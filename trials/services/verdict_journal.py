"""What the journal keeps of a verdict."""

from evaltracker.evaluations import journal
from evaltracker.evaluations.journal import By
from trials.models import Evidence, Measurement

KEPT = (
    *("source", "verdict", "note", "url", "independent", "runner", "data"),
    *("named_values", "file_name", "file_sha256", "script_item_id", "criterion_id"),
    *("research_note_id", "reconfirms_id"),
)


RESTS_ON = ("measure", "n", "value", "proposed", "reason")


def journal_verdict(
    evidence: Evidence, by: By, measurement: Measurement | None = None
) -> None:
    """One entry, which commits to the row and to what it rests on."""
    claim = evidence.claim
    rests_on = journal.snapshot(measurement, RESTS_ON) if measurement else {}
    journal.record(
        evaluation=claim.candidate.evaluation,
        action="evidence.reconfirmed"
        if evidence.reconfirms_id
        else "evidence.recorded",
        subject=evidence,
        by=by,
        after={
            "candidate": claim.candidate,
            "requirement": claim.requirement.ref,
            "claim_revision": claim.revision,
            **journal.snapshot(evidence, KEPT),
            **rests_on,
        },
        rows=[evidence, *([measurement] if measurement else [])],
    )
