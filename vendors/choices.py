"""Every choice of vendors, with the groups that the rules speak of."""

import json
from pathlib import Path
from typing import Any

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from evaltracker.enumerations import Availability, Pricing, Recurrence
from evaltracker.evaluations.choices import choices_of


class CandidateKind(models.TextChoices):
    BUY = "buy", "Buy"
    BUILD = "build", "Build in-house"
    OPEN_SOURCE = "open_source", "Open source"
    AS_IS = "as_is", "Stay as is"


class CandidateState(models.TextChoices):
    LONGLISTED = "longlisted", "Longlisted"
    SHORTLISTED = "shortlisted", "Shortlisted"
    ELIMINATED = "eliminated", "Eliminated"
    CHOSEN = "chosen", "Chosen"


AVAILABILITY_LABELS = {
    Availability.NOW: pgettext_lazy("availability", "Now"),
    Availability.BETA: pgettext_lazy("availability", "Beta"),
    Availability.PLANNED: pgettext_lazy("availability", "Planned"),
    Availability.ON_REQUEST: _("On request, at cost"),
    Availability.NEVER: pgettext_lazy("availability", "Never"),
    Availability.PARTIAL: _("In part"),
    Availability.UNSTATED: _("Not stated"),
    Availability.WITHDRAWN: pgettext_lazy("availability", "Withdrawn"),
}
AVAILABILITY_CHOICES = choices_of(AVAILABILITY_LABELS)


# What a vendor may say; the others are what the buyer notes, and a withdrawal.
STATED = (
    Availability.NOW,
    Availability.BETA,
    Availability.PLANNED,
    Availability.ON_REQUEST,
    Availability.NEVER,
)
# What the buyer alone notes: a source says “in part”, or gives no status at all.
NOTED = (Availability.PARTIAL, Availability.UNSTATED)


class ProposalState(models.TextChoices):
    OPEN = "open", pgettext_lazy("proposal", "Open")
    ACCEPTED = "accepted", pgettext_lazy("proposal", "Accepted")
    DECLINED = "declined", pgettext_lazy("proposal", "Declined")


class RefusalReason(models.TextChoices):
    HEADER = "header", "The header is not “Authorization: Bearer …”"
    UNKNOWN = "unknown", "No live token has this text"
    THROTTLED = "throttled", "Too many calls in that minute"


class CostState(models.TextChoices):
    """What is known of one kind of cost; unsaid is never zero."""

    PRICED = "priced", "Priced"
    INCLUDED = "included", "Included"
    EXCLUDED = "excluded", "Excluded"
    UNSAID = "unsaid", "Not stated"
    NOT_APPLICABLE = "not_applicable", "Not applicable"


class KindGroup(models.TextChoices):
    """Under which heading a kind of cost stands."""

    ONE_OFF = "one_off", "Once"
    RECURRING = "recurring", "Regularly"
    USAGE = "usage", "By use"
    EXIT = "exit", "At the end"


class CountsAs(models.TextChoices):
    """How a kind counts beside being money."""

    RISE = "rise", "The price change, per cent a year"
    WORK = "work", "Own work, times the planning factor"
    SUPPORT = "support", "Support, held against the brief"


class QuoteState(models.TextChoices):
    """What a vendor quotes of one kind of cost; a kind without a line is not stated."""

    PRICED = "priced", pgettext_lazy("price", "Priced")
    INCLUDED = "included", pgettext_lazy("price", "Included")
    NOT_OFFERED = "not_offered", _("Not offered")


# As what a quote's line stands among costs; what is not offered is priced elsewhere.
AS_COST = {
    QuoteState.PRICED: CostState.PRICED,
    QuoteState.INCLUDED: CostState.INCLUDED,
    QuoteState.NOT_OFFERED: CostState.EXCLUDED,
}


class PriceSource(models.TextChoices):
    """Who said a price; blank in lines from before that was kept."""

    VENDOR = "vendor", "Quoted by the vendor"
    FILE = "file", "Imported from a spreadsheet"
    OWNER = "owner", "Entered by the procurement lead"


PRICING_LABELS = {
    Pricing.PER_UNIT: _("One price for every unit"),
    Pricing.GRADUATED: _("Graduated: each unit at the price of its own tier"),
    Pricing.VOLUME: _("Volume: all units at the price of the tier reached"),
    Pricing.PACKAGE: _("Package: one price for the whole tier"),
    Pricing.PERCENT: _("% a year, on what is invoiced again"),
}
PRICING_CHOICES = choices_of(PRICING_LABELS)

RECURRENCE_LABELS = {
    Recurrence.ONCE: pgettext_lazy("due", "Once"),
    Recurrence.MONTHLY: pgettext_lazy("due", "Monthly"),
    Recurrence.YEARLY: pgettext_lazy("due", "Yearly"),
}
RECURRENCE_CHOICES = choices_of(RECURRENCE_LABELS)


class LinkEnding(models.TextChoices):
    CODES = "codes", "too many codes were asked for"
    OWNER = "owner", "the owner let them in again"
    ADDRESS = "address", "the address changed"
    REMOVED = "removed", "the contact was removed"
    REPORTED = "reported", "a colleague said “Not one of us”"


class DocumentKind(models.TextChoices):
    """What the house publishes to a vendor, once each, but an annex by versions."""

    LETTER = "letter", pgettext_lazy("document", "Letter")
    PROMISES = "promises", _("Promise record")
    ANNEX = "annex", _("Annex of promises")


# What a vendor hears of: by type, its sentence, and the entries that mean it.
EVENTS: dict[str, Any] = json.loads(
    Path(__file__).with_name("events.json").read_text(encoding="utf-8")
)
EVENT_OF = {action: name for name, it in EVENTS.items() for action in it["actions"]}
