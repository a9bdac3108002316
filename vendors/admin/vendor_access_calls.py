"""The checks at the door: a token, a call with it, and what was turned away."""

from collections.abc import Iterator

from django.urls import reverse

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
from vendors.choices import RefusalReason
from vendors.models import RefusedCall


@CHECKS.at(50)
def has_a_token(look: Look) -> Iterator[Step]:
    """Every call needs a live token."""
    title, vendor = "It has a token", look.candidate.vendor
    if vendor is None:
        yield Step(title, LATER, "Tokens are a vendor's.")
        return
    path = reverse("admin:issue_token", args=[vendor.pk])
    mend = Mend("Issue a token", f"{path}?next={look.here}")
    if not look.tokens:
        sentence = "None was issued. Issue one and hand it over by a safe way."
        yield Step(title, BAD, sentence, (mend,))
    elif not look.live:
        ended = tuple(_ending(look, token.prefix) for token in look.tokens[:3])
        yield Step(title, BAD, "None is live any more.", (mend,), ended)
    else:
        told = tuple(
            f"{token.prefix}… {token.label}".strip()
            + (
                f", until {instant_sentence(token.expires_at)}"
                if token.expires_at
                else ""
            )
            for token in look.live
        )
        yield Step(title, GOOD, f"{len(look.live)} live.", (), told)


@CHECKS.at(60)
def has_called(look: Look) -> Iterator[Step]:
    """It has used the token, and found this invitation."""
    title, seen = "It has called", look.candidate.first_seen_at
    used = max(
        (token.last_used_on for token in look.tokens if token.last_used_on),
        default=None,
    )
    if seen is not None:
        last = f"; its last call was on {used:%d %b %Y}" if used else ""
        yield Step(
            title,
            GOOD,
            f"This invitation was opened first on {instant_sentence(seen)}{last}.",
        )
    elif used is not None:
        sentence = (
            f"It called on {used:%d %b %Y}, but has not opened this invitation. Its "
            "id stands in the mail and in the list GET /api/v1/invitations/."
        )
        yield Step(title, WARN, sentence)
    elif look.live:
        sentence = (
            "No call was let in with any of its tokens. Ask whether the token arrived "
            "and what the answer to a call is."
        )
        yield Step(title, WARN, sentence)
    else:
        yield Step(title, LATER, "It cannot, without a token.")


@CHECKS.at(70)
def not_turned_away(look: Look) -> Iterator[Step]:
    """No call with one of its tokens was refused."""
    title = "No call was turned away"
    refused = [call for call in look.refused if call.why != RefusalReason.THROTTLED]
    if not refused:
        sentence = (
            "None in the last 7 days, as far as its token was told by its beginning."
        )
        yield Step(title, GOOD, sentence)
        return
    newest = refused[0]
    sentence, tone = _reason(look, newest), BAD
    used = [token.last_used_on for token in look.tokens if token.last_used_on]
    if used and max(used) > newest.at.date():
        tone = WARN
        sentence += " Since then a call was let in."
    told = tuple(
        f"{instant_sentence(call.at)}, {call.prefix}…"
        + (f", from {call.address}" if call.address else "")
        for call in refused[:5]
    )
    yield Step(title, tone, sentence, (), told)


@CHECKS.at(80)
def not_put_off(look: Look) -> Iterator[Step]:
    """Neither its token nor its address is over the limit of calls."""
    title = "It is not over its limit of calls"
    if not look.put_off:
        yield Step(title, GOOD, "No call was one too many in the last 24 hours.")
        return
    newest = look.put_off[0]
    since = look.now - newest.at
    told = tuple(
        f"{instant_sentence(call.at)}"
        + (f", from {call.address}" if call.address else "")
        for call in look.put_off
    )
    yield Step(
        title,
        BAD if since.total_seconds() < 120 else WARN,
        "Calls were answered 429: too many in one minute, of its token, or from its "
        "address without a good token. It may call again in the next minute; its "
        "program has to wait for Retry-After.",
        (),
        told,
    )


def _ending(look: Look, prefix: str) -> str:
    """How a token that is not live came to its end."""
    token = next(token for token in look.tokens if token.prefix == prefix)
    if token.leaked_at:
        moment = instant_sentence(token.leaked_at)
        return f"{prefix}… stood in an address and was revoked {moment}"
    if token.revoked_at:
        return f"{prefix}… was revoked {instant_sentence(token.revoked_at)}"
    return (
        f"{prefix}… expired {instant_sentence(token.expires_at)}"
        if token.expires_at
        else prefix
    )


def _reason(look: Look, call: RefusedCall) -> str:
    """Why a call was refused, as far as the beginning of its token tells."""
    token = next(token for token in look.tokens if token.prefix == call.prefix)
    if call.why == RefusalReason.HEADER:
        return (
            "The token did not come as “Authorization: Bearer evt_…”: the word Bearer "
            "and one blank have to stand before it, and nothing after it."
        )
    if not look.is_live(token):
        return f"It calls with a token that ended: {_ending(look, call.prefix)}."
    return (
        f"The text begins like the live token {call.prefix}…, but the rest is another: "
        "it was cut or changed when it was copied. Issue a new one and hand it over."
    )
