"""What an evaluation's urns start with, and where that comes from."""

import uuid
from collections import Counter
from typing import Any

from django.db.models import F

from evaltracker.evaluations.choices import Status
from evaltracker.evaluations.models import Evaluation
from trials import scoring
from trials.choices import EvidenceVerdict, Source
from trials.models import Evidence
from trials.scoring.scope_facts import counts_as
from trials.scoring.urns import DEFAULT_PRIOR, Prior, TrialRecord
from trials.selectors.findings import awaiting_reply

SOURCES = ("hand", "house")
SHARES = ("holds", "partly", "fails", "worth")


def prior_of(evaluation: Evaluation) -> tuple[Prior, dict[str, Any]]:
    """The prior, and its source: our default, set by hand, or the house's record."""
    stored: dict[str, Any] = evaluation.prior
    return read_prior(stored) if stored else (DEFAULT_PRIOR, {"source": "default"})


def read_prior(stored: dict[str, Any]) -> tuple[Prior, dict[str, Any]]:
    """A stored prior and its source; one that is none raises, whatever is wrong."""
    shares = {name: stored[name] for name in SHARES}
    source = {name: stored[name] for name in stored if name not in SHARES}
    if not all(type(share) is int for share in shares.values()):
        raise TypeError("Shares and worth are whole numbers.")
    if source["source"] not in SOURCES:
        raise ValueError(f"No such source: {source['source']}.")
    return Prior(**shares), source


def house_record(evaluation: Evaluation) -> tuple[TrialRecord, int]:
    """What trials of all other decided evaluations found, and how many those are.

    The newest verdict of each cell, on words that stand, that counts as a trial's.
    """
    found = (
        Evidence.objects.filter(
            source=Source.TRIAL,
            claim__candidate__evaluation__status=Status.DECIDED,
            claim__superseded_at__isnull=True,
            claim__requirement__retired_at__isnull=True,
            claim__requirement_revision__gte=F("claim__requirement__revision"),
        )
        .exclude(claim__candidate__evaluation=evaluation)
        .exclude(awaiting_reply("finding__"))
        .order_by("recorded_at", "pk")
    )
    newest: dict[uuid.UUID, str] = {}
    where = set()
    for claim, verdict, key, *setting in found.values_list(
        *("claim_id", "verdict", "claim__candidate__evaluation_id"),
        *("runner", "data"),
    ):
        if counts_as(scoring.Source.TRIAL, *setting) == scoring.Source.TRIAL:
            newest[claim] = verdict
            where.add(key)
    count = Counter(newest.values())
    record = TrialRecord(
        count[EvidenceVerdict.HOLDS],
        count[EvidenceVerdict.PARTLY],
        count[EvidenceVerdict.FAILS],
    )
    return record, len(where)
