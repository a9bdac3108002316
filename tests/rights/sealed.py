"""A purchase with a mark in everything that is sealed from somebody, and from whom."""

import datetime
from dataclasses import dataclass
from decimal import Decimal

from django.utils import timezone

from evaltracker.evaluations.journal import Actor
from evaltracker.evaluations.models import Evaluation, Notice, User
from evaltracker.evaluations.topic_types import TOPICS
from evaltracker.notices.services.scheduling import owe_now, resend_notice
from evaltracker.talk.services import add_comment
from evaltracker.workflow.services.sign_offs import ask_for_waiver
from evaltracker.workflow.services.stages import draft_decision
from stakeholders.services.people import add_stakeholder
from tests.clients import auditing
from tests.factories import common, stakeholders, trials, vendors
from tests.fixture_cache import built_once
from tests.measures.cases import kept
from tests.talk.attaching import attach
from trials.models import DemoNote
from trials.services.scores import give_score, lock_scores, open_consensus
from vendors.answers import EMPTY
from vendors.costs import Tier
from vendors.models import AnswerDraft, Candidate
from vendors.policy import to_declare
from vendors.services.candidates import declare_conflict, declare_interests, shortlist
from vendors.services.contacts import add_contact, schedule_for_contacts
from vendors.services.costs import set_cost_line
from vendors.services.quotes import (
    QuotedLine,
    ask_to_open_prices,
    confirm_price_opening,
    hand_in_quote,
)

# In the decision stage prices are first asked for, and then open.
STAGES = ("requirements", "research", "demos", "trials", "asked", "decision")
INSIDERS = {"lead", "it", "engineering", "devops", "pm", "leadership", "security"}
EVERYBODY = (*sorted(INSIDERS), "operator", "stranger")
# The price as it was typed, and as pages and pictures write it.
PRICE = ("pricemarkquux", "918273", "918,273", "918.3k")
MARKS: dict[str, tuple[str, ...]] = {
    "price": PRICE,
    # Of a quote, which the owner does not read before the opening either.
    "quote": ("quotemarkquux", "827364", "827,364", "827.4k"),
    "score of it": ("scoremarkofit",),
    "score of pm": ("scoremarkofpm",),
    "interest": ("interestmarkquux",),
    "demo note": ("notemarkquux",),
    # Its words, and the number that it claims.
    "claim": ("claimmarkquux", "645301.25"),
    "evidence": ("evidencemarkquux",),
    "scorer help": ("helpmarkquux",),
    # Of a vendor's person, wherever it stands, and what the mail server said.
    "contact": ("contactmarkquux",),
    "mail error": ("errormarkquux",),
    "notice": ("noticemarkquux",),
    "file on a candidate": ("filemarkofoption",),
    "file on a price": ("filemarkofcost",),
    "waiver request": ("waivermarkquux",),
    "comment": ("talkmarkofreq",),
    "comment on a cell": ("talkmarkofcell",),
    "comment on a price": ("talkmarkofcost",),
    # What a vendor typed and did not hand in: nobody of the house reads it.
    "draft": ("draftmarkquux",),
}
# Joined late, and has not said yet whether she has an interest.
UNASKED = "security"
# Declared one, which nobody has cleared.
BARRED = "devops"


def allowed(mark: str, stage: str) -> set[str]:
    """Who may read it then; nobody else may, on any page."""
    asked = (INSIDERS | {"operator"}) - {UNASKED, BARRED}
    talks = INSIDERS - {UNASKED, BARRED}
    opened = stage == "decision"
    scored = stage in {"asked", "decision"}
    return {
        "price": asked if opened else {"lead"},
        "quote": asked if opened else set(),
        # PM has locked, IT has not: neither reads the other before the consensus.
        "score of it": asked if scored else {"it"},
        "score of pm": asked if scored else {"pm"},
        "interest": {"lead", "devops"},
        "demo note": {"it"},
        "claim": asked,
        "evidence": asked,
        "scorer help": INSIDERS | {"operator"},
        "contact": {"lead", "operator"},
        "mail error": {"lead", "operator"},
        # Why a mail to IT was not sent.
        "notice": {"lead", "it", "operator"},
        # DevOps declared an interest.
        "file on a candidate": asked - {"devops"},
        "file on a price": asked - {"devops"} if opened else {"lead"},
        "waiver request": asked - {"devops"},
        "comment": INSIDERS,
        # DevOps declared an interest; the operator takes no part in the talk.
        "comment on a cell": talks,
        "comment on a price": talks if opened else {"lead"},
        "draft": set(),
    }[mark]


@dataclass(frozen=True, slots=True)
class Sealed:
    """The purchase, its candidate and everybody."""

    where: Evaluation
    candidate: Candidate
    people: dict[str, User]


@built_once
def build() -> Sealed:
    """In trials: claimed, priced, shown, scored; nothing is opened yet."""
    where = trials.platform("must", "should")
    where.requirements.update(scorer_help="helpmarkquux", measure=kept())
    where.stakeholders.filter(role="leadership").update(scores=False)
    option = vendors.invited(where, declares=False)
    for requirement in where.requirements.all():
        number = {"value": "645301.25", "unit": "ms"}
        vendors.claim(option, requirement, statement="claimmarkquux", number=number)
    people = {role: stakeholders.holder(role) for role in stakeholders.PEOPLE}
    for role, person in ("lead", where.owner), *people.items():
        if role != BARRED:
            asked = to_declare(person).values_list("pk", flat=True)
            declare_interests(
                evaluation=where, interests=dict.fromkeys(asked, ""), by=person
            )
    declare_conflict(
        candidate=option,
        has_interest=True,
        statement="interestmarkquux",
        by=people[BARRED],
    )
    set_cost_line(
        candidate=option,
        kind="licence",
        likely=Decimal("918273.64"),
        source_text="pricemarkquux",
        by=where.owner,
    )
    quote_for(option)
    vendors.enter(where, "demos")
    option.evaluation.refresh_from_db()
    demo = trials.demo(option, held=True)
    trials.verdict(trials.claim_of(option), "demo", note="evidencemarkquux")
    DemoNote.objects.create(
        demo=demo, author=people["it"], text="notemarkquux", written_at=timezone.now()
    )
    for role in ("it", "pm"):
        score(option, role)
    lock_scores(stakeholder=where.stakeholders.get(role="pm"), by=people["pm"])
    vendors.enter(where, "trials")
    option.evaluation.refresh_from_db()
    trials.trial(option)
    people[UNASKED] = common.person("sofia")
    add_stakeholder(
        evaluation=where, user=people[UNASKED], role=UNASKED, by=where.owner
    )
    everybody = {
        "lead": where.owner,
        "operator": common.otto(),
        "stranger": common.noor(),
    }
    write_to(option, people["it"])
    talk_about(option)
    ask_for_waiver(
        evaluation=where,
        gate="criteria_judged",
        reason="waivermarkquux",
        by=where.owner,
    )
    type_draft(option)
    attach("candidate", option, "filemarkofoption.txt")
    attach("cost_line", option.cost_lines.get(), "filemarkofcost.txt")
    # Lists hide rows from insiders, too, so all of them may open every list.
    for person in (where.owner, *people.values(), everybody["stranger"]):
        auditing(person)
    return Sealed(where, option, people | everybody)


def quote_for(option: Candidate) -> None:
    """What its vendor quotes, with a mark in every text and amount."""
    price = Decimal("827364.55")
    line = QuotedLine(
        kind="setup",
        label="quotemarkquux",
        likely=price,
        unit="quotemarkquux",
        pricing="volume",
        tiers=(Tier(Decimal(9), price, price, price),),
        note="quotemarkquux",
    )
    option.evaluation.refresh_from_db()
    hand_in_quote(
        candidate=option,
        currency="JPY",
        valid_until=datetime.date(2040, 6, 30),
        lines=[line],
        by=Actor(name="Acme"),
    )


def write_to(option: Candidate, insider: User) -> None:
    """A contact with an address, a mail refused there, and one to an insider."""
    where = option.evaluation
    assert option.vendor is not None
    address = "contactmarkquux@example.com"
    # The company is of all purchases.
    if not option.vendor.contacts.filter(email=address).exists():
        add_contact(
            vendor=option.vendor,
            name="Quinn",
            email=address,
            phone="+49 contactmarkquux",
            by=where.owner,
        )
    schedule_for_contacts(
        kind="invitation", candidates=[option], occurrence="", at=timezone.now()
    )
    error = f"550 errormarkquux {address} unknown"
    refused = Notice.objects.get(evaluation=where, address=address)
    Notice.objects.filter(pk=refused.pk).update(state="dead", last_error=error)
    owed = owe_now(
        evaluation=where,
        kind="stage_late",
        subject_id=where.pk,
        occurrence="",
        recipient=insider,
    )
    assert owed is not None
    Notice.objects.filter(pk=owed.pk).update(
        state="suppressed", suppressed_because="noticemarkquux", last_error=error
    )
    resend_notice(notice=refused, reason="Spelt wrong.", by=where.owner)
    Notice.objects.filter(pk=refused.pk).update(state="dead", last_error=error)


def type_draft(option: Candidate, ref: str = "R1") -> None:
    """What the vendor typed over its answer, in every field."""
    typed = dict.fromkeys(EMPTY, "draftmarkquux") | {"holds_for": ["draftmarkquux"]}
    draft = AnswerDraft.objects.create(
        candidate=option,
        requirement=option.evaluation.requirements.get(ref=ref),
        typed=typed,
        saved_at=timezone.now(),
    )
    draft.files.create(
        name="draftmarkquux.txt",
        content_type="text/plain",
        size=13,
        sha256="draftmarkquux",
        content=b"draftmarkquux",
        uploaded_at=timezone.now(),
    )


def talk_about(option: Candidate) -> None:
    """A comment on a requirement, on a cell and on a cost line."""
    where = option.evaluation
    asked = where.requirements.get(ref="R1")
    line = option.cost_lines.get()
    for topic, key, part, word in (
        ("requirement", asked.pk, "", "req"),
        ("cell", option.pk, str(asked.pk), "cell"),
        ("cost_line", line.pk, "", "cost"),
    ):
        subject = TOPICS[topic].find(where.owner, key, part)
        assert subject is not None
        add_comment(subject=subject, text=f"talkmarkof{word}", by=where.owner)


def score(option: Candidate, role: str) -> None:
    """A score of 4 with a mark in its reason."""
    where = option.evaluation
    give_score(
        stakeholder=where.stakeholders.get(role=role),
        candidate=option,
        category=where.categories.get(),
        value=4,
        reason=f"scoremarkof{role}",
        by=stakeholders.holder(role),
    )


def decide_for(where: Evaluation, option: Candidate) -> None:
    """Draft a decision that breaks the budget, and ask for a signature."""
    type(where).objects.filter(pk=where.pk).update(budget=1000)
    stakeholders.sign_off_rules(where, "decision", roles=("leadership",))
    option = shortlist(candidate=option, by=where.owner)
    draft_decision(
        evaluation=where, candidate=option, rationale="It works.", by=where.owner
    )


def move(sealed: Sealed, stage: str) -> None:
    """Put it into a stage; the last one opens scores and prices."""
    where = sealed.where
    if stage != "decision":
        where = vendors.enter(where, "decision" if stage == "asked" else stage)
    if stage == "asked":
        ask_to_open_prices(evaluation=where, by=where.owner)
        decide_for(where, sealed.candidate)
        open_consensus(evaluation=where, by=where.owner)
    if stage == "decision":
        if not where.price_openings.exists():
            move(sealed, "asked")
        opening = where.price_openings.get()
        confirm_price_opening(opening=opening, by=sealed.people["leadership"])
    sealed.where.refresh_from_db()
