"""No vendor page, mail or sheet says a word that did not pass through the catalogue."""

import gettext
from collections.abc import Iterator
from functools import cache
from itertools import chain
from pathlib import Path
from typing import Any

import pytest
from django.urls import get_resolver
from pytest_django import Settings

from evaltracker.evaluations.models import Evaluation, Notice
from evaltracker.notices.kinds import KINDS, Message
from tests.vendors.languages import states
from tests.vendors.languages.pseudo import (
    LANGUAGE,
    bare,
    owned,
    texts_of,
    write_catalogue,
)
from tests.vendors.portal.visitor import invited
from vendors.fields import SHEETS
from vendors.models import Contact
from vendors.notices import ToVendor
from vendors.rate_limits import forget_counts

pytestmark = pytest.mark.django_db
# Files, and what leads on from a form.
NO_PAGES = {
    *("vendor_pages:drafts", "vendor_pages:file", "vendor_pages:sheet_file"),
    *("vendor_pages:quote_sheet", "vendor_trial:demo_dates"),
    *("vendor_pages:language", "vendor_pages:own_language"),
}


@pytest.fixture(autouse=True)
def pseudo(tmp_path: Path, settings: Settings) -> Iterator[None]:
    """The marked catalogue stands in for that of one language."""
    write_catalogue(tmp_path)
    settings.LOCALE_PATHS = [str(tmp_path)]
    settings.CSRF_FAILURE_VIEW = "vendors.portal.access.form_expired"
    forget_counts()
    yield
    forget_counts()
    gettext._translations.clear()  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    "until",
    [
        pytest.param("receipt without prices", id="first answers"),
        pytest.param(
            "",
            id="all",
            marks=pytest.mark.nightly(
                reason="all that a vendor can meet; each push comes in and answers",
                short="[first answers]",
            ),
        ),
    ],
)
def test_every_state_is_in_the_catalogue(settings: Settings, until: str) -> None:
    where = states.research()
    wrong: dict[str, list[str]] = {}
    walked = set()
    for name, seen in chain(
        states.door(where, settings, LANGUAGE),
        states.answering(where, LANGUAGE),
        states.shown(where, LANGUAGE),
    ):
        if not isinstance(seen, str | list):
            walked.add(getattr(seen.resolver_match, "view_name", ""))
            assert seen.status_code < 500, name
        if found := came_past(seen):
            wrong[name] = found
        if name == until:
            break
    assert wrong == {}, told(wrong)
    if until:
        assert name == until
    else:
        assert set(pages()) - NO_PAGES - walked == set()


def pages() -> Iterator[str]:
    """Every page of the vendor rooms by its name."""
    spaces = get_resolver("evaltracker.vendor_urls").namespace_dict
    for space in ("vendor_pages", "vendor_trial"):
        for name in spaces[space][1].reverse_dict:
            if isinstance(name, str):
                yield f"{space}:{name}"


@cache
def words_of_sheets() -> set[str]:
    """What sheets say in that language, which is data: every sheet is read in all."""
    return set(_said(SHEETS))


def _said(data: Any) -> Iterator[str]:
    match data:
        case str():
            yield data
        case list():
            for item in data:
                yield from _said(item)
        case dict() if LANGUAGE in data:
            yield from _said(data[LANGUAGE])
        case dict():
            for item in data.values():
                if not isinstance(item, str):
                    yield from _said(item)


def told(wrong: dict[str, list[str]]) -> str:
    """By state, each text once, where it was met first."""
    seen: set[str] = set()
    lines = []
    for name, texts in wrong.items():
        for text in texts:
            if text not in seen:
                seen.add(text)
                lines.append(f"{name}: {text}")
    return "\n".join(lines)


def came_past(seen: Any) -> list[str]:
    """The texts of a page that did not come from the catalogue."""
    own = owned(words_of_sheets())
    if isinstance(seen, str):
        texts = said_by(seen)
    elif isinstance(seen, list):
        texts = seen
    else:
        texts = texts_of(seen.content.decode())
    return [left for text in texts if (left := bare(text, own))]


def test_mails_to_who_is_invited_are_in_the_catalogue() -> None:
    where = states.research()
    invited(where, "Globex ML", "bo@globex.example")
    Contact.objects.update(language=LANGUAGE)
    written = list(mails(where))
    wrong = {kind: past_in(mail) for kind, mail in written}
    assert len(wrong) >= FEWEST_AT_FIRST
    wrong = {kind: texts for kind, texts in wrong.items() if texts}
    assert wrong == {}, told(wrong)


@pytest.mark.nightly(
    reason="every kind at each moment of a whole purchase; each push composes those "
    "that who is invited can get",
    short="::test_mails_to_who_is_invited_are_in_the_catalogue",
)
def test_every_mail_is_in_the_catalogue() -> None:
    where = states.research()
    wrong: dict[str, list[str]] = {}
    for name, _ in chain(
        states.answering(where, LANGUAGE), states.shown(where, LANGUAGE)
    ):
        if name in MOMENTS:
            where.refresh_from_db()
            Contact.objects.update(language=LANGUAGE)
            written = list(mails(where))
            for kind, mail in written:
                wrong.setdefault(f"{name}, {kind}", []).extend(past_in(mail))
    wrong = {name: texts for name, texts in wrong.items() if texts}
    assert wrong == {}, told(wrong)
    kinds = {name for name, kind in KINDS.items() if isinstance(kind, ToVendor)}
    assert kinds == {kind for kind, _ in written}


# Kinds of mails that somebody can get who has only been invited.
FEWEST_AT_FIRST = 3
# Of the walk, between which another thing is open to the vendor.
MOMENTS = {
    *("answers", "receipt with prices", "answers, closed", "demo", "trial"),
    *("replied", "documents"),
}


def mails(where: Evaluation) -> Iterator[tuple[str, Message]]:
    """Each mail of each kind, of every row that it can be about."""
    candidate = where.candidates.get(name="Globex ML")
    ada = Contact.objects.get(vendor=candidate.vendor, name="Ada Park")
    for name, kind in KINDS.items():
        if not isinstance(kind, ToVendor):
            continue
        for row in kind.rows.all():
            notice = Notice(
                kind=name,
                evaluation=where,
                subject_id=str(row.pk),
                occurrence=str(candidate.pk),
                address=ada.email,
                addressee=ada.name,
            )
            if candidate in kind.candidates(notice, row):
                yield name, kind.compose(notice)


def past_in(mail: Message) -> list[str]:
    """What of subject, text, page and calendar entry came past the catalogue."""
    own = owned(words_of_sheets())
    texts = [mail.subject, *mail.text.splitlines(), *texts_of(mail.html)]
    if mail.ics is not None:
        texts += said_by(mail.ics.decode())
    return [left for text in texts if (left := bare(text, own))]


def said_by(calendar: str) -> list[str]:
    """What a program shows of a calendar's entry."""
    lines = calendar.replace("\r\n ", "").splitlines()
    said = ("SUMMARY", "DESCRIPTION")
    return [line.partition(":")[2] for line in lines if line.startswith(said)]
