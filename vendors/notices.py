"""Mail to vendors, and about them to our own people.

An outsider is no user. Its notice carries an address and a name, and right before the
mail leaves it is asked again whether that address is still one of a vendor that is
invited there and still in the choice.
"""

import datetime
from collections.abc import Iterator, Mapping
from dataclasses import replace
from operator import attrgetter
from typing import Any, ClassVar

from django.conf import settings
from django.db.models import Q, QuerySet
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from evaltracker.evaluations.choices import NOTICE_OPEN, Stage
from evaltracker.evaluations.models import Entry, Evaluation, Notice, User
from evaltracker.notices.about import About, MailWording, ended, not_the_owners
from evaltracker.notices.kinds import Message, register
from evaltracker.notices.mail import days_away, link_to, zone_of
from evaltracker.notices.services.scheduling import owe_now
from evaltracker.requirements.services.scopes import USES, Used
from evaltracker.toolbox import languages
from evaltracker.toolbox.days import wall_of
from evaltracker.toolbox.languages import speaking
from stakeholders.policy import is_leadership, leaders
from vendors.answered_values import answered
from vendors.choices import CandidateState, ProposalState
from vendors.mail import code_of, link_secret, spaced
from vendors.models import (
    AboutRevision,
    Candidate,
    Claim,
    Conflict,
    Contact,
    ContactRequest,
    InvitationLink,
    PriceOpening,
    PublishedDocument,
    Ruling,
    SignInCode,
    Submission,
    VendorToken,
)
from vendors.policy import barring_interest, claims_are_closed, unbarred
from vendors.selectors import access
from vendors.selectors.candidates import LETTER, invitation_letters, lists_of
from vendors.selectors.claims import (
    VendorBacklog,
    last_submission,
    own_claims,
    waiting_for,
)
from vendors.selectors.costs import nobody_opens, second_people
from vendors.selectors.dialogue import ABOUT, KIND, day_and_words
from vendors.selectors.progress import TO_ANSWER, last_day, open_now, progress_of


@register
class OwnersConflict(About[Conflict]):
    """Whoever runs it declared a conflict: Leadership without one clears it."""

    rows: ClassVar = Conflict.objects.select_related(
        "person", "candidate__evaluation__owner"
    )

    def title(self, row: Conflict) -> str:
        """Nothing: the list of notices is also for whom it is sealed from."""
        return ""

    def reasons(self, notice: Notice, row: Conflict) -> Iterator[str]:
        evaluation = row.candidate.evaluation
        reader = notice.recipient
        yield ended(notice)
        if row.person_id != evaluation.owner_id:
            yield "Somebody else runs the evaluation now."
        if not Conflict.objects.barring().filter(pk=row.pk).exists():
            yield "The conflict of interest was cleared."
        if reader is None or not is_leadership(reader, evaluation):
            yield "They no longer hold the role that answers."
        elif barring_interest(reader, evaluation) is not None:
            yield "They declared a conflict of interest themselves."

    def page(self, notice: Notice, row: Conflict) -> str:
        return reverse("admin:act_on", args=["clear-interest", row.pk])

    def values(self, notice: Notice, row: Conflict) -> dict[str, str]:
        return {"owner": row.person.name}


def tell_leadership(conflict: Conflict, evaluation: Evaluation) -> None:
    for person in unbarred(evaluation, leaders(evaluation)):
        owe_now(
            kind=OwnersConflict.name,
            evaluation=evaluation,
            subject_id=conflict.pk,
            occurrence="",
            recipient=person,
        )


# Where a contact's link leads.
PAGES = "/vendor/start/"


class ToVendor[Row](About[Row]):
    """A mail to a vendor's contact; a kind of it adds its own conditions."""

    rows: ClassVar[QuerySet[Any]] = Candidate.objects.all()
    # From the row to the id of its candidate; blank: the row, or any of the evaluation.
    candidate_key: ClassVar[str] = ""

    def candidates(self, notice: Notice, row: Row) -> QuerySet[Candidate]:
        rows: QuerySet[Candidate] = Candidate.objects.all()
        if self.candidate_key:
            return rows.filter(pk=attrgetter(self.candidate_key)(row))
        rows = rows.filter(evaluation=notice.evaluation_id)
        if isinstance(row, Candidate):
            return rows.filter(pk=row.pk)
        return rows

    def reasons(self, notice: Notice, row: Row) -> Iterator[str]:
        yield ended(notice)
        yield from self.unreachable(notice, row)
        states = set(self.theirs(notice, row).values_list("state", flat=True))
        if states == {CandidateState.ELIMINATED}:
            yield "The candidate was eliminated."

    def theirs(self, notice: Notice, row: Row) -> QuerySet[Candidate]:
        return self.candidates(notice, row).filter(reached_by(notice.address))

    def unreachable(self, notice: Notice, row: Row) -> Iterator[str]:
        theirs = self.theirs(notice, row)
        reader = notice.addressee or notice.address
        if not theirs:
            yield f"{reader} is no contact of it any more."
        if any(access.is_held_back(their, notice.address) for their in theirs):
            yield f"{reader} may stand for another candidate, too."

    def page(self, notice: Notice, row: Row) -> str:
        """The reader's own way into the vendor pages; blank: they have none."""
        return way_in(self.candidates(notice, row), notice.address)

    def wording(self, notice: Notice, row: Row) -> MailWording:
        """Its template; without a way in there is nothing to open. A test says so."""
        wording = super().wording(notice, row)
        if not self.page(notice, row):
            wording = wording._replace(action="")
        if notice.place.is_practice:
            subject = _("Test: %(subject)s") % {"subject": wording.subject}
            wording = wording._replace(subject=subject)
        return wording

    def paragraphs(self, notice: Notice, row: Row) -> Iterator[str]:
        """What stands below its words, a sentence or a line each."""
        if notice.place.is_practice:
            yield _(
                "This is a test: its list is made up, and nothing that you send counts."
            )
        is_lost = settings.VENDOR_SITE_URL and not self.page(notice, row)
        if is_lost and self.theirs(notice, row):
            yield _("Reply to this mail to get a link to the pages.")

    def date(self, notice: Notice, row: Row) -> dict[str, Any]:
        return {}

    def on(self, notice: Notice, *about: Any, **more: Any) -> dict[str, Any]:
        """With the date as the reader's language says it."""
        details = super().on(notice, *about, **more)
        instant = about[-1]
        if details:
            date = languages.moment(instant, zone_of(notice))
            details |= {"date": date, "is_deadline": instant > timezone.now()}
        return details

    def values(self, notice: Notice, row: Row) -> Mapping[str, str]:
        """Also whether to tell of calls: to whom has a token to make them with."""
        vendors = [
            candidate.vendor
            for candidate in self.theirs(notice, row)
            if candidate.vendor
        ]
        return {
            "buyer": notice.place.buyer,
            "by": last_day(notice.place),
            "pages": self.page(notice, row),
            "program": "yes" if any(map(access.live_tokens, vendors)) else "",
        }

    def compose(self, notice: Notice) -> Message:
        """What `write` says, in the language that the reader reads."""
        with speaking(self.language(notice)):
            return self.write(notice)

    def language(self, notice: Notice) -> str:
        theirs = self.candidates(notice, self.row(notice)).values("vendor")
        people = Contact.objects.current().filter(email=notice.address)
        person = people.exclude(language="").filter(vendor__in=theirs).first()
        if person:
            return person.language
        return notice.place.vendor_language

    def write(self, notice: Notice) -> Message:
        row = self.row(notice)
        below = list(self.paragraphs(notice, row))
        message = self.letter(notice, row, paragraphs=below, **self.date(notice, row))
        return from_owner(replace(message, ics_name="deadline.ics"), notice.place)


def way_in(candidates: QuerySet[Candidate], address: str) -> str:
    if settings.VENDOR_SITE_URL and (link := access.link_to_pages(candidates, address)):
        return f"{PAGES}{link_secret(link.pk)}/"
    return ""


def from_owner(message: Message, evaluation: Evaluation) -> Message:
    owner = evaluation.owner
    buyer = evaluation.buyer
    name = _("%(name)s at %(buyer)s") % {"name": owner.name, "buyer": buyer}
    return replace(message, sender_name=name, reply_to=owner.email)


def reached_by(address: str) -> Q:
    return Q(
        invited_at__isnull=False,
        vendor__in=Contact.objects.current()
        .filter(email=address, disowned_at=None)
        .values("vendor"),
    )


class WithTheEnd(ToVendor[Candidate]):
    def date(self, notice: Notice, row: Candidate) -> dict[str, Any]:
        if not notice.place.claims_are_open(timezone.now()):
            return {}
        closes = notice.place.claims_close_at
        return self.on(notice, row, closes, entry=_("Answers are due"))


class WithProgress[Row](ToVendor[Row]):
    """How far the vendor is, and whether it forgot its prices; no amount."""

    def paragraphs(self, notice: Notice, row: Row) -> Iterator[str]:
        theirs = self.theirs(notice, row).select_related("evaluation")
        in_research = notice.place.stage == Stage.RESEARCH
        for candidate in theirs if in_research else ():
            progress = progress_of(candidate)
            yield progress.words
            if progress.lacks_prices:
                yield _("You have not handed in prices.")
        yield from super().paragraphs(notice, row)


class WithLink[Row](WithProgress[Row]):
    """The first of what is open now is its subject, the others stand below."""

    def paragraphs(self, notice: Notice, row: Row) -> Iterator[str]:
        lines = open_now(self.candidates(notice, row).get(), timezone.now())
        yield from [sentence for _what, sentence in lines[1:]]
        yield from super().paragraphs(notice, row)

    def values(self, notice: Notice, row: Row) -> Mapping[str, str]:
        lines = open_now(self.candidates(notice, row).get(), timezone.now())
        what, sentence = lines[0]
        asks = what if what in TO_ANSWER else ""
        return {**super().values(notice, row), "first": sentence, "asks": asks}


@register
class Invitation(WithLink[Candidate], WithTheEnd):
    name: ClassVar[str] = LETTER

    def reasons(self, notice: Notice, row: Candidate) -> Iterator[str]:
        """Also after the end: whoever has a link reads what was handed in."""
        yield from self.unreachable(notice, row)
        yield access.why_no_link(row)

    def values(self, notice: Notice, row: Candidate) -> Mapping[str, str]:
        """Also whom to ask, and the id; it holds no token."""
        return {
            **super().values(notice, row),
            "owner": reachable(notice.place.owner),
            "invitation": notice.subject_id,
            "api": link_to("/api/v1/invitations/"),
        }


def reachable(owner: User) -> str:
    if owner.email:
        return f"{owner.name} ({owner.email})"
    return owner.name


# The kinds of notices of an opening of prices: asked, waited for, told to the owner.
#
# No mail names a price or a vendor.


class OnOpening(About[PriceOpening]):
    rows: ClassVar = PriceOpening.objects.select_related("asked_by", "evaluation")
    gone: ClassVar[str] = "Prices are open, or it is no longer asked for."

    def title(self, row: PriceOpening) -> str:
        return "Prices"

    def reasons(self, notice: Notice, row: PriceOpening) -> Iterator[str]:
        if row.confirmed_at or row.withdrawn_at or not row.evaluation.is_open:
            yield self.gone
        yield self.concerns(notice, row)

    def concerns(self, notice: Notice, row: PriceOpening) -> str:
        """Empty if the recipient is one of those who may confirm."""
        if notice.recipient not in second_people(row.evaluation, row):
            return "They may not open prices any more."
        return ""

    def page(self, notice: Notice, row: PriceOpening) -> str:
        return reverse("admin:evaluation_costs", args=[notice.place.slug])

    def values(self, notice: Notice, row: PriceOpening) -> dict[str, str]:
        return {"asker": row.asked_by.name, "days": str(-notice.offset_days)}


@register
class PricesAsked(OnOpening):
    name: ClassVar[str] = "prices_asked"


@register
class PricesWaiting(OnOpening):
    can_wait: ClassVar[bool] = True


@register
class PricesEscalated(OnOpening):
    can_wait: ClassVar[bool] = True

    def concerns(self, notice: Notice, row: PriceOpening) -> str:
        return not_the_owners(notice)

    def values(self, notice: Notice, row: PriceOpening) -> dict[str, str]:
        awaited = second_people(row.evaluation, row)
        return {
            "days": str(-notice.offset_days),
            "names": ", ".join(person.name for person in awaited),
            "several": "yes" if len(awaited) > 1 else "",
            "nobody": "" if awaited else nobody_opens(row.evaluation),
        }


@register
class DocumentPublished(ToVendor[PublishedDocument]):
    """Something of the outcome can be read in the pages; not what it says."""

    rows: ClassVar = PublishedDocument.objects.select_related("candidate")
    candidate_key: ClassVar[str] = "candidate_id"

    def reasons(self, notice: Notice, row: PublishedDocument) -> Iterator[str]:
        """Unless the reader left; the outcome is told after the end, and to losers."""
        yield from self.unreachable(notice, row)

    def values(self, notice: Notice, row: PublishedDocument) -> Mapping[str, str]:
        return {**super().values(notice, row), "document": row.kind}


@register
class AboutChanged(ToVendor[AboutRevision]):
    rows: ClassVar = AboutRevision.objects.select_related("evaluation")

    def values(self, notice: Notice, row: AboutRevision) -> Mapping[str, str]:
        """Which fields are others than in the release before, and new lines."""
        rows = row.evaluation.about_revisions.filter(revision__lt=row.revision)
        before = rows.last() or AboutRevision()
        changed = [
            name for name in ABOUT if getattr(row, name) != getattr(before, name)
        ]
        new = [line for line in row.timetable if line not in before.timetable]
        days = [
            (event["day"], event["what"].rstrip("."))
            for event in map(day_and_words, new)
        ]
        new_days = [f"{languages.day(day)}: {what}" for day, what in days]
        details = dict.fromkeys(changed, "yes") | {"new": languages.listed(new_days)}
        return {**super().values(notice, row), **details}


# The mails that ask vendors for something: to answer, to confirm, to read, in time.
#
# None holds a word of a question, a claim or a requirement, and none says who asked:
# the vendor reads that through the API, where it is its own (R10).


@USES.add
def uses_in_answers(evaluation: Evaluation) -> Used:
    """Every revision counts: older ones are still read, and were judged."""
    lists = lists_of(evaluation)
    claims = Claim.objects.in_evaluation(evaluation).order_by("candidate__name")
    rows = claims.values_list(
        "candidate__name",
        "requirement__ref",
        "holds_for",
        "environments",
        "availability",
    )
    used: Used = {}
    for candidate, ref, held, environments, availability in rows:
        for key in sorted(answered(held, environments, availability, lists)):
            place = f"{ref} of {candidate}"
            if place not in used.setdefault(key, []):
                used[key].append(place)
    return used


@USES.add
def uses_in_rulings(evaluation: Evaluation) -> Used:
    rows = Ruling.objects.in_evaluation(evaluation).values_list(
        "candidate__name", "requirement__ref", "named_values"
    )
    return named_in(
        (f"the ruling on {ref} of {candidate}", named) for candidate, ref, named in rows
    )


def named_in(rows: Iterator[tuple[str, Any]]) -> Used:
    used: Used = {}
    for place, named in rows:
        for name, values in named.items():
            for value in values:
                used.setdefault((name, value), []).append(place)
    return used


class ToAnswer[Row](ToVendor[Row]):
    """A mail that only makes sense while claims can be written."""

    def reasons(self, notice: Notice, row: Row) -> Iterator[str]:
        yield from super().reasons(notice, row)
        if not notice.place.claims_are_open(timezone.now()):
            yield "Answering is closed."


class OfOneCandidate(ToAnswer[Candidate], WithProgress[Candidate]):
    def waiting(self, notice: Notice, row: Candidate) -> VendorBacklog:
        return waiting_for(notice.place, [row])[0]

    def reasons(self, notice: Notice, row: Candidate) -> Iterator[str]:
        yield from super().reasons(notice, row)
        if self.waiting(notice, row).is_done:
            yield "Nothing waits any more."

    def values(self, notice: Notice, row: Candidate) -> Mapping[str, str]:
        waiting = self.waiting(notice, row)
        counted = {"changed": waiting.to_confirm, "partly": waiting.partly}
        numbers = {name: str(len(rows) or "") for name, rows in counted.items()}
        return {**super().values(notice, row), **numbers}

    def date(self, notice: Notice, row: Candidate) -> dict[str, Any]:
        return self.on(notice, row, notice.place.claims_close_at)


@register
class ClaimsClosing(ToAnswer[Evaluation], WithProgress[Evaluation]):
    rows: ClassVar = Evaluation.objects.all()

    def reasons(self, notice: Notice, row: Evaluation) -> Iterator[str]:
        yield from super().reasons(notice, row)
        end = notice.place.claims_close_at
        if end is None or end.isoformat() != notice.occurrence:
            yield "The end was moved."
        theirs = self.theirs(notice, row)
        if all(_is_handed_in(candidate) for candidate in theirs):
            yield "The answer is handed in."

    def values(self, notice: Notice, row: Evaluation) -> Mapping[str, str]:
        zone = zone_of(notice)
        end = notice.place.claims_close_at or timezone.now()
        away = wall_of(end, zone).date() - wall_of(timezone.now(), zone).date()
        return {**super().values(notice, row), "days": str(away.days)}

    def date(self, notice: Notice, row: Evaluation) -> dict[str, Any]:
        end = notice.place.claims_close_at
        return self.on(notice, row, end, entry=_("Answers are due"))


@register
class NotAnswered(OfOneCandidate):
    name: ClassVar[str] = KIND


@register
class RequirementChanged(OfOneCandidate):
    name: ClassVar[str] = "requirement_changed"


@register
class QuestionAnswered(ToVendor[Evaluation]):
    rows: ClassVar = Evaluation.objects.all()


def _is_handed_in(candidate: Candidate) -> bool:
    """Whether the last receipt is of the claims that stand."""
    receipt = last_submission(candidate)
    newest = own_claims(candidate).order_by("submitted_at").last()
    return (
        receipt is not None
        and newest is not None
        and newest.submitted_at <= receipt.submitted_at
    )


@register
class NewLink(WithLink[InvitationLink]):
    """The former was turned, or was another address's. Also after the end."""

    rows: ClassVar = InvitationLink.objects.select_related("candidate__evaluation")
    candidate_key: ClassVar[str] = "candidate_id"

    def title(self, row: InvitationLink) -> str:
        return "Link to the vendor pages"

    def reasons(self, notice: Notice, row: InvitationLink) -> Iterator[str]:
        if not settings.VENDOR_SITE_URL:
            yield "There are no vendor pages."
        if access.link_to_pages(self.candidates(notice, row), notice.address) != row:
            yield "The link was replaced or has ended."
        yield from self.unreachable(notice, row)


@register
class SignInCodeMail(ToVendor[SignInCode]):
    name: ClassVar[str] = "sign_in_code"
    rows: ClassVar = SignInCode.objects.select_related(
        "link__candidate", "link__contact"
    )
    gone: ClassVar[str] = "The code is not asked for any more."
    candidate_key: ClassVar[str] = "link.candidate_id"

    def title(self, row: SignInCode) -> str:
        return "Code for the vendor pages"

    def reasons(self, notice: Notice, row: SignInCode) -> Iterator[str]:
        yield from super().reasons(notice, row)
        if row.used_at or row.expires_at <= timezone.now():
            yield "The code was used, or its 15 minutes are over."

    def page(self, notice: Notice, row: SignInCode) -> str:
        """Where it is typed; it opens nothing in another browser."""
        return f"{PAGES}{link_secret(row.link_id)}/code/"

    def language(self, notice: Notice) -> str:
        """Their own, else that of the page which asks, which is where it is typed."""
        page = get_language() or "en"
        preferred = self.row(notice).link.contact.language
        return preferred or (page if page != "en" else notice.place.vendor_language)

    def values(self, notice: Notice, row: SignInCode) -> dict[str, str]:
        return {"code": spaced(code_of(row.pk)), "buyer": notice.place.buyer}

    def write(self, notice: Notice) -> Message:
        """The mail; the process that sends it knows no name of the owner's."""
        message = self.letter(notice, self.row(notice))
        return replace(message, sender_name=notice.place.buyer)


class AtInvitations[Row](About[Row]):
    def reasons(self, notice: Notice, row: Row) -> Iterator[str]:
        yield ended(notice)
        yield not_the_owners(notice)

    def page(self, notice: Notice, row: Row) -> str:
        return reverse("admin:evaluation_invitations", args=[notice.place.slug])


@register
class LinkTurned(AtInvitations[InvitationLink]):
    rows: ClassVar = InvitationLink.objects.all()
    title = NewLink.title

    def page(self, notice: Notice, row: InvitationLink) -> str:
        return reverse("admin:way_in", args=[row.candidate_id])


@register
class ContactAsked(AtInvitations[ContactRequest]):
    rows: ClassVar = ContactRequest.objects.select_related("candidate")

    def reasons(self, notice: Notice, row: ContactRequest) -> Iterator[str]:
        yield from super().reasons(notice, row)
        if row.state != ProposalState.OPEN:
            yield "The request is answered already."

    def page(self, notice: Notice, row: ContactRequest) -> str:
        return f"{super().page(notice, row)}#contact-requests"


@register
class ContactDisowned(AtInvitations[Entry]):
    rows: ClassVar = Entry.objects.filter(action="contact.disowned")

    def title(self, row: Entry) -> str:
        return row.subject_label

    def values(self, notice: Notice, row: Entry) -> dict[str, str]:
        return {"who": row.actor_name, "name": row.subject_label}


# Entries that tell of who and what gets in, or takes the place of what stood.
KEYS = (
    *("contact.added", "contact.changed", "contact.disowned", "token.issued"),
    *("quote.handed_in", "draft.started_over"),
)


@register
class NewKey(ToVendor[Entry]):
    """Told to all who got in before, and to an address that does no more."""

    rows: ClassVar = Entry.objects.filter(action__in=KEYS)
    title = ContactDisowned.title

    def candidates(self, notice: Notice, row: Entry) -> QuerySet[Candidate]:
        return Candidate.objects.filter(pk=notice.occurrence)

    def reasons(self, notice: Notice, row: Entry) -> Iterator[str]:
        is_former = notice.address == former_address(row)
        yield from [ended(notice)] if is_former else super().reasons(notice, row)

    def page(self, notice: Notice, row: Entry) -> str:
        way = super().page(notice, row)
        return f"{way}?people" if way else ""

    def values(self, notice: Notice, row: Entry) -> Mapping[str, str]:
        """Who did what; no amount, no secret, and nobody's link but the reader's."""
        return {
            **super().values(notice, row),
            "what": row.action,
            "who": row.actor_name,
            "name": row.subject_label,
            "prefix": row.after.get("prefix", ""),
            "own": row.after.get("own", ""),
            "former": "yes" if notice.address == former_address(row) else "",
        }


def former_address(entry: Entry) -> str:
    """Who got in until then, and does no more; blank: nobody."""
    if entry.action == "contact.disowned":
        details = entry.after
    else:
        details = entry.before
    return str(details.get("email", ""))


@register
class AnswerHandedIn(WithProgress[Submission]):
    rows: ClassVar = Submission.objects.select_related("candidate")
    candidate_key: ClassVar[str] = "candidate_id"

    def title(self, row: Submission) -> str:
        return f"Receipt {row.number}"

    def values(self, notice: Notice, row: Submission) -> dict[str, str]:
        """The receipt, and none of the answers."""
        return {
            **super().values(notice, row),
            "number": row.number,
            "claims": str(row.claims),
            "digest": row.sha256,
            "at": languages.moment(row.submitted_at, zone_of(notice)),
        }


class OnToken(AtInvitations[VendorToken]):
    rows: ClassVar = VendorToken.objects.select_related("vendor")
    gone: ClassVar[str] = "The token was revoked."

    def title(self, row: VendorToken) -> str:
        return f"{row.prefix}… of {row.vendor}"

    def values(self, notice: Notice, row: VendorToken) -> dict[str, str]:
        return {"prefix": row.prefix, "owner": reachable(notice.place.owner)}


@register
class TokenEnds(OnToken):
    can_wait: ClassVar[bool] = True

    def reasons(self, notice: Notice, row: VendorToken) -> Iterator[str]:
        yield from super().reasons(notice, row)
        if row.revoked_at is not None:
            yield self.gone
        if row.expires_at is None or row.expires_at.isoformat() != notice.occurrence:
            yield "The token ends on another day now."
        candidates = Candidate.objects.filter(
            vendor=row.vendor, evaluation=notice.evaluation_id
        ).exclude(state=CandidateState.ELIMINATED)
        if not candidates.exists():
            yield "Its vendor is not asked here any more."
        others = access.live_tokens(row.vendor).exclude(pk=row.pk)
        longer = Q(expires_at__isnull=True) | Q(expires_at__gt=row.expires_at)
        if others.filter(longer).exists():
            yield "Another token of this vendor lasts longer."

    def values(self, notice: Notice, row: VendorToken) -> dict[str, str]:
        if row.expires_at is None:
            raise LookupError("the token has no end")
        return {"away": days_away(row.expires_at, zone_of(notice))}

    def compose(self, notice: Notice) -> Message:
        row = self.row(notice)
        date = self.on(notice, row, row.expires_at, entry="A vendor's token ends")
        return self.letter(notice, row, **date)


@register
class TokenLeaked(OnToken):
    def reasons(self, notice: Notice, row: VendorToken) -> Iterator[str]:
        """Unless the vendor could still answer with another."""
        yield ended(notice)


@register
class TokenLeakedOutside(ToVendor[VendorToken]):
    rows: ClassVar = OnToken.rows
    title = OnToken.title
    values = OnToken.values

    def candidates(self, notice: Notice, row: VendorToken) -> QuerySet[Candidate]:
        return super().candidates(notice, row).filter(vendor=row.vendor)


@register
class AnsweringOpened(ToAnswer[Candidate], WithProgress[Candidate], WithTheEnd):
    def reasons(self, notice: Notice, row: Candidate) -> Iterator[str]:
        yield from super().reasons(notice, row)
        later = Q(state__in=NOTICE_OPEN) | Q(sent_at__gte=notice.created_at)
        if invitation_letters(row).filter(later, address=notice.address).exists():
            yield "The invitation says it."


@register
class AnsweringMoved(ToAnswer[Candidate], WithTheEnd):
    pass


@register
class AnsweringClosed(WithProgress[Candidate]):
    def reasons(self, notice: Notice, row: Candidate) -> Iterator[str]:
        yield from super().reasons(notice, row)
        end = end_of(notice.place)
        if not claims_are_closed(notice.place, timezone.now()):
            yield "Answering is open again."
        if end is None or end.isoformat() != notice.occurrence:
            yield "Answering closed at another time."

    def values(self, notice: Notice, row: Candidate) -> Mapping[str, str]:
        """The last receipt, and how many answers there are; none of their words."""
        receipt = last_submission(row)
        count = own_claims(row).count()
        return {
            **super().values(notice, row),
            "number": receipt.number if receipt else "",
            "answers": str(count or ""),
        }

    def date(self, notice: Notice, row: Candidate) -> dict[str, Any]:
        """When it ended; nothing is left to put into a calendar."""
        return self.on(notice, row, end_of(notice.place))


def end_of(evaluation: Evaluation) -> datetime.datetime | None:
    ends = (evaluation.claims_closed_at, evaluation.claims_close_at)
    return min((end for end in ends if end is not None), default=None)
