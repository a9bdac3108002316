"""Every choice of trials, with the groups that the rules speak of."""

from collections.abc import Mapping

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from evaltracker.enumerations import Source
from evaltracker.evaluations.choices import choices_of
from evaltracker.evaluations.words import DEFAULTS

NO_WORDS: Mapping[str, str] = {}


SOURCE_LABELS = {
    Source.RESEARCH: "Research",
    Source.DEMO: "Demo",
    Source.TRIAL: "Trial",
}
SOURCE_CHOICES = choices_of(SOURCE_LABELS)


class EvidenceVerdict(models.TextChoices):
    HOLDS = "holds", "Holds"
    PARTLY = "partly", "Partly"
    FAILS = "fails", "Fails"
    NOT_SHOWN = "not_shown", "Not shown"


class Runner(models.TextChoices):
    UNKNOWN = "", "not recorded"
    US = "us", "us"
    TOGETHER = "together", "together"
    VENDOR = "vendor", "the vendor"


class DataOwner(models.TextChoices):
    UNKNOWN = "", "not recorded"
    OURS = "ours", "ours"
    VENDOR = "vendor", "the vendor's"


def setting_choices(
    wording: Mapping[str, str],
) -> tuple[dict[str, str], dict[str, str]]:
    """What a form of verdicts offers: who ran it, and on whose data."""
    ran = {value: wording[f"ran_{value}"] for value in Runner.values if value}
    ours = wording["data_ours"]
    vendors = wording["data_vendors"]
    return ran, {DataOwner.OURS: ours, DataOwner.VENDOR: vendors}


def setting_words(
    source: str, runner: str, data: str, *, words: Mapping[str, str] = NO_WORDS
) -> str:
    """Who ran what a verdict rests on, and on whose data, in the words of its
    evaluation; blank for research."""
    if source == Source.RESEARCH:
        return ""
    if runner and data and {"ran_by", "on_data"} & words.keys():
        wording = {**DEFAULTS, **words}
        ran, owners = setting_choices(wording)
        place = f"{wording['on_data'].lower()}: {owners[data]}"
        return f"{wording['ran_by']}: {ran[runner]}; {place}"
    if not runner and not data:
        return "who ran it and on whose data: not recorded"
    if runner == Runner.TOGETHER:
        by = "together"
    else:
        by = f"by {Runner(runner).label}"
    if data == DataOwner.OURS:
        owner = "our"
    else:
        owner = DataOwner(data).label
    if runner:
        who = f"run {by}"
    else:
        who = "who ran it is not recorded"
    if data:
        what = f"on {owner} data"
    else:
        what = "on whose data is not recorded"
    return f"{who}, {what}"


class NoteKind(models.TextChoices):
    ARTICLE = "article", "Article"
    BLOG = "blog", "Blog post"
    PODCAST = "podcast", "Podcast"
    ANALYST = "analyst", "Analyst report"
    PEER = "peer", "Talk with a peer"
    DOCUMENTATION = "documentation", "Vendor's documentation"


class MilestoneState(models.TextChoices):
    OPEN = "open", pgettext_lazy("milestone", "Open")
    MET = "met", pgettext_lazy("milestone", "Met")
    MISSED = "missed", pgettext_lazy("milestone", "Missed")
    WAIVED = "waived", pgettext_lazy("milestone", "Waived")
    CANCELLED = "cancelled", pgettext_lazy("milestone", "Cancelled")


class Severity(models.TextChoices):
    DEAL_BREAKER = "deal_breaker", pgettext_lazy("gap", "Deal-breaker")
    CHALLENGE = "challenge", pgettext_lazy("gap", "Challenge")
    MINOR = "minor", pgettext_lazy("gap", "Minor")


class Retest(models.TextChoices):
    MENDED = "mended", pgettext_lazy("gap", "Mended")
    STILL_THERE = "still_there", _("Still there")


class ReportFormat(models.TextChoices):
    JSON = "json", "JSON"
    PYTEST_BENCHMARK = "pytest_benchmark", "pytest-benchmark"
    HYPERFINE = "hyperfine", "hyperfine"
    K6 = "k6", "k6 summary"
    JUNIT = "junit", "JUnit XML"
    # Its signature is not checked, so nothing in it is attested.
    IN_TOTO = "in_toto", "in-toto test result, reported"
