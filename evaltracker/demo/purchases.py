"""The demo's purchases: what is typed comes in a portable file, the rest in steps.

Days in both files count from the day on which the file says that it was created, and
are moved so that this day is today.
"""

import datetime
import json
import re
from pathlib import Path
from typing import Any

from django.conf import settings
from django.utils import timezone

from evaltracker.demo.steps import play
from evaltracker.evaluations.journal import SYSTEM
from evaltracker.evaluations.models import Evaluation, User
from evaltracker.portable.importing import import_evaluation, preview_import
from vendors.models import Candidate, Contact
from vendors.notices import way_in

DATA = Path(__file__).parent / "data"
# The oldest first: lists show the newest on top, and that is the purchase of the brief.
SLUGS = (
    *("automated-renewals", "gpu-training", "office-cleaning", "data-catalogue"),
    "ml-platform",
)
DAY = re.compile(r"(\d{4}-\d\d-\d\d)(T\d\d:\d\d(?::\d\d)?[+-]\d\d:\d\d)?")


def load(slug: str, people: dict[str, User]) -> Evaluation:
    evaluation = start(slug)
    play(evaluation, read(slug, f"{slug}.steps.json"), people)
    evaluation.refresh_from_db()
    return evaluation


def start(slug: str) -> Evaluation:
    """A purchase as it was typed, in its requirements stage; `make_people` first."""
    content = json.dumps(read(slug, f"{slug}.json")).encode()
    return import_evaluation(
        preview=preview_import(content=content, by=SYSTEM), by=SYSTEM
    )


def read(slug: str, name: str) -> Any:
    first = json.loads((DATA / f"{slug}.json").read_text())["evaluation"]["created_at"]
    later = timezone.localdate() - datetime.date.fromisoformat(first[:10])
    return move(json.loads((DATA / name).read_text()), later)


def move(value: Any, later: datetime.timedelta) -> Any:
    match value:
        case dict():
            return {key: move(item, later) for key, item in value.items()}
        case list():
            return [move(item, later) for item in value]
        case str() if moment := DAY.fullmatch(value):
            day = datetime.date.fromisoformat(moment[1]) + later
            return f"{day}{moment[2] or ''}"
    return value


def vendor_link() -> str:
    """The address by which a vendor of the demo gets to its invitation."""
    knime = Candidate.objects.get(evaluation__slug="ml-platform", name="KNIME")
    address = Contact.objects.filter(vendor=knime.vendor)[0].email
    start = way_in(Candidate.objects.filter(pk=knime.pk), address)
    return f"{settings.VENDOR_SITE_URL}{start}"
