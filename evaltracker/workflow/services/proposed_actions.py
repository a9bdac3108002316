"""Acts that a person's program asks for: kept until that person says yes or no."""

import datetime
from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from django.core.exceptions import ValidationError
from django.core.files.storage import default_storage
from django.db import transaction
from django.utils import timezone

from evaltracker.errors import Invalid, Refused
from evaltracker.evaluations.choices import AskedState
from evaltracker.evaluations.models import AttachedFile, Evaluation, PersonalToken, User
from evaltracker.pages.acts import ACTS
from evaltracker.pages.json_forms import JsonForm
from evaltracker.toolbox.page_texts import page_texts
from evaltracker.toolbox.text import read_reason, shortened
from evaltracker.workflow.models import AskedAct
from evaltracker.workflow.quotes import find

MOST_OPEN = 200
LAPSES_AFTER = datetime.timedelta(days=14)
# What says that something was seen to be so: from an assistant with a quote, or with
# the word that it has none.
NEEDS_QUOTE = frozenset(
    {"note-research", "record-evidence", "reconfirm-evidence", "confirm-runs"}
    | {"judge-criterion", "judge-criteria", "judge-item", "judge-items"}
    | {"judge-promises", "retest-gap"}
)


def check_quote_needed(act: str, quote: object, *, own_words: bool) -> None:
    """An assistant judges by words that stand in a file, or says that it does not."""
    if act in NEEDS_QUOTE and not quote and not own_words:
        sentence = "Quote a file, or say that these are your own words."
        raise Invalid(sentence, code="quote_needed", field="quote")


def cite(person: User, quote: object) -> dict[str, Any]:
    """The quote with where it stands; the file is read apart, for up to a minute.

    Raises:
        Invalid: no such file for this person, or the words do not stand in it.
    """
    if not isinstance(quote, Mapping) or {*quote} != {"file", "words"}:
        raise Invalid("A quote has “file” and “words”.", field="quote")
    try:
        rows = AttachedFile.objects.visible_to(person).kept()
        file = rows.get(pk=str(quote["file"]))
        with default_storage.open(file.stored_as) as stored:
            pages = page_texts(stored.read(), file.content_type)
    except (AttachedFile.DoesNotExist, ValidationError, OSError) as error:
        raise Invalid("There is no such file.", field="quote") from error
    place = find(pages, str(quote["words"]), file.name)
    page = f"{'pages' if place.pages[1:] else 'page'} {'–'.join(map(str, place.pages))}"
    source = f"{file.name}, {page}, SHA-256 {file.sha256}"
    return {"file": str(file.pk), "said": source, **asdict(place)}


def ask(
    *,
    token: PersonalToken,
    act: str,
    target_id: str,
    evaluation: Evaluation | None,
    fields: Mapping[str, Any],
    etag: str = "",
    quote: object = None,
    own_words: bool = False,
) -> AskedAct:
    """Keep an act, whose form and rule were checked, for the token's person.

    No transaction is held while the file of a quote is read. Calls at once may get past
    the limit by one each: it keeps a list short, and no lock waits for it.

    Raises:
        Invalid: as for `cite`. Refused: too many wait already, `too_many_asked`.
    """
    person = token.person
    cited = cite(person, quote) if quote else None
    if AskedAct.objects.waiting_on(person).count() >= MOST_OPEN:
        raise Refused(
            f"{MOST_OPEN} acts wait for you already. Answer some in My work.",
            code="too_many_asked",
        )
    does = ACTS[act]
    target = does.load(person, target_id)
    does = does.worded(target)
    now = timezone.now()
    form = JsonForm(does, target, person)
    about = getattr(getattr(target, "requirement", None), "ref", "")
    verdict = str(fields.get("verdict", "")).replace("_", " ")
    parts = (does.heading(target), about, verdict)
    row: AskedAct = AskedAct.objects.create(
        person=person,
        token=token,
        evaluation=evaluation,
        act=act,
        target_id=target_id,
        title=shortened(", ".join(filter(None, parts)), 300),
        fields=dict(fields),
        held=form.now() | form.versions(),
        etag=etag or form.tag(),
        quote=cited,
        own_words=own_words,
        asked_at=now,
        lapses_at=now + LAPSES_AFTER,
    )
    return row


def check_decline_asked(asked_act: AskedAct, by: User) -> None:
    if not AskedAct.objects.waiting_on(by).filter(pk=asked_act.pk).exists():
        raise Refused("This was answered, or it has lapsed.")


@transaction.atomic
def decline_asked(*, asked_act: AskedAct, reason: str, by: User) -> None:
    reason = read_reason(reason, "Say why.")
    answer_asked(asked_act=asked_act, state=AskedState.DECLINED, reason=reason, by=by)


def answer_asked(
    *, asked_act: AskedAct, state: str, reason: str = "", by: User
) -> None:
    """Answer it once; who does so at the same moment waits, and is refused.

    Raises:
        Refused: it was answered, or it has lapsed.
    """
    check_decline_asked(asked_act, by)
    rows = AskedAct.objects.filter(pk=asked_act.pk, state=AskedState.OPEN)
    if not rows.update(state=state, reason=reason, answered_at=timezone.now()):
        raise Refused("This was answered, or it has lapsed.")
