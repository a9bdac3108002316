"""The first and the last checks: invited, told, and at the right moment."""

from collections.abc import Iterator

from evaltracker.evaluations.choices import NOTICE_OPEN, NoticeState, Stage
from evaltracker.pages.workspace import page_address
from vendors.admin.vendor_access import (
    BAD,
    CHECKS,
    GOOD,
    LATER,
    WARN,
    Look,
    Mend,
    Step,
    instant_sentence,
)
from vendors.choices import CandidateState
from vendors.policy import INVITABLE, claims_are_closed


@CHECKS.at(10)
def research(look: Look) -> Iterator[Step]:
    """Vendors are asked in the research stage."""
    title, where = "Research has begun", look.evaluation
    if not where.is_open:
        ended = where.get_status_display().lower()
        yield Step(title, BAD, f"The evaluation is {ended}; nothing is answered.")
    elif where.stage == Stage.REQUIREMENTS:
        yield Step(
            title,
            BAD,
            "The requirements are not signed yet; before that nobody sees a vendor.",
            (Mend("See what is missing", page_address(where, "overview")),),
        )
    elif where.stage == Stage.RESEARCH:
        yield Step(title, GOOD, "The evaluation is in research.")
    else:
        yield Step(
            title,
            WARN,
            f"The evaluation is in {where.get_stage_display().lower()} already: the "
            "vendor can read what it said and reply to gaps, and claim nothing new.",
        )


@CHECKS.at(20)
def somebody_answers(look: Look) -> Iterator[Step]:
    """A candidate needs a vendor, and has to be in the choice."""
    title, one = "Somebody answers for it", look.candidate
    if one.kind not in INVITABLE:
        kind = one.get_kind_display().lower()
        yield Step(title, BAD, f"For “{kind}” you answer yourselves; nobody is asked.")
    elif one.vendor is None:
        mend = look.act("change-candidate", one, "Name its vendor")
        yield Step(title, BAD, "No vendor is named for it.", (mend,))
    elif one.state == CandidateState.ELIMINATED:
        mend = look.act("reinstate", one, "Reinstate it")
        sentence = f"It is eliminated: {one.state_reason}"
        yield Step(title, BAD, sentence, (mend,))
    else:
        yield Step(title, GOOD, f"{one.vendor} does.")


@CHECKS.at(30)
def invited(look: Look) -> Iterator[Step]:
    """It sees an evaluation only once it is invited to it."""
    title, at = "It is invited", look.candidate.invited_at
    if at is None:
        mend = look.act("invite", look.candidate, "Invite it")
        yield Step(title, BAD, "It is not, so the API shows it nothing.", (mend,))
    else:
        yield Step(title, GOOD, f"Since {instant_sentence(at)}.")


@CHECKS.at(40)
def notified_steps(look: Look) -> Iterator[Step]:
    """Somebody there knows: a mail left for a contact."""
    title, one = "Somebody there was notified", look.candidate
    again = look.act("send-invitation", one, "Send the invitation")
    states = {letter.notice.state for letter in look.letters}
    details = tuple(
        f"{letter.notice.addressee}, {letter.notice.address}: {letter.words}"
        + (f" ({letter.because})" if letter.because else "")
        for letter in look.letters
    )
    if one.invited_at is None:
        yield Step(title, LATER, "It is told when it is invited.")
    elif not look.contacts and one.vendor is not None:
        mend = look.act("add-contact", one.vendor, "Add a contact")
        sentence = "The vendor has no contact, so no mail can reach it."
        yield Step(title, BAD, sentence, (mend,), details)
    elif not states:
        yield Step(title, BAD, "No mail was sent to any contact.", (again,))
    elif states & {NoticeState.SENT, NoticeState.UNCERTAIN}:
        yield Step(
            title,
            GOOD,
            "The mail server took the mail; whether it was read cannot be seen.",
            (again,),
            details,
        )
    elif states & {*NOTICE_OPEN}:
        where = Mend("See the notices", page_address(look.evaluation, "notices"))
        sentence = "The mail is on its way; if that lasts, the mail server is away."
        yield Step(title, WARN, sentence, (where,), details)
    else:
        correct = [
            look.act("change-contact", contact, f"Correct {contact.name}'s address")
            for contact in look.contacts
        ]
        sentence = "No mail has left. Correct the address, then send it again."
        yield Step(title, BAD, sentence, (*correct, again), details)


@CHECKS.at(90)
def may_write(look: Look) -> Iterator[Step]:
    """Claims are taken while they are open."""
    title, where = "Answering is open", look.evaluation
    if where.claims_opened_at is None:
        mend = look.act("open-claims", where, "Open answering")
        sentence = "Not yet: it can read the requirements, but every claim is refused "
        "(409)."
        yield Step(title, BAD, sentence, (mend,))
    elif claims_are_closed(where, look.now) or not where.claims_are_open(look.now):
        mend = look.act("reopen-claims", where, "Reopen answering")
        mends = (mend,) if where.is_open and where.stage == Stage.RESEARCH else ()
        yield Step(title, BAD, "It has closed: every claim is a 409.", mends)
    else:
        ends = where.claims_close_at
        until = f"Until {instant_sentence(ends)}." if ends else "Without an end."
        yield Step(title, GOOD, until)
