"""The notices of an evaluation: sent, next, suppressed because, in need of a word."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db.models import Q

from evaltracker.evaluations.admin.acts import Act, register_act
from evaltracker.evaluations.admin.forms import ReasonForm
from evaltracker.evaluations.admin.notice_subjects import subjects_of
from evaltracker.evaluations.admin.workspace import (
    crumbs_to,
    evaluation_page,
    page_address,
    show,
)
from evaltracker.evaluations.choices import NoticeState
from evaltracker.evaluations.models import Notice
from evaltracker.evaluations.policy import is_owner
from evaltracker.evaluations.selectors import (
    next_notices,
    notices_in,
    sent_notices,
    suppressed_notices,
)
from evaltracker.evaluations.services.notices import resend_notice, resolve_notice

if TYPE_CHECKING:
    from collections.abc import Mapping

    from django.http import HttpRequest, HttpResponse

    from evaltracker.evaluations.admin.acts import Outcome
    from evaltracker.evaluations.models import Evaluation, User

SHOWN = 50
UNCLEAR = (NoticeState.UNCERTAIN, NoticeState.DEAD)


@evaluation_page("notices", "Notices", order=130)
def notices(request: HttpRequest, evaluation: Evaluation) -> HttpResponse:
    """What is owed to whom. Others than the owner see their own mail only."""
    user: Any = request.user
    owner = is_owner(user, evaluation)
    mine = Q() if owner else Q(recipient=user)
    scope = {"user": user, "evaluation": evaluation}
    lists: dict[str, Any] = {
        name: list(rows.filter(mine)[:SHOWN])
        for name, rows in (
            ("unclear", notices_in(*UNCLEAR, **scope)),
            ("coming", next_notices(**scope)),
            ("sent", sent_notices(**scope)),
            ("suppressed", suppressed_notices(**scope)),
        )
    }
    return show(
        request,
        evaluation,
        "evaluations/notices.html",
        title="Notices",
        tab="notices",
        **lists,
        subjects=subjects_of(one for rows in lists.values() for one in rows),
        shown=SHOWN,
        is_owner=owner,
    )


class OnNotice(Act):
    """The owner's word on a mail that may or may not have arrived."""

    model = Notice
    form_class = ReasonForm

    def allowed(self, user: User, target: Notice) -> bool:
        """The owner."""
        return target.evaluation is not None and is_owner(user, target.evaluation)

    def cancel_url(self, target: Notice) -> str:
        """The notices page."""
        return page_address(target.evaluation, "notices")

    def heading(self, target: Notice) -> str:
        """To whom it goes."""
        return f"{self.title} to {target.recipient or target.address}"

    def context(self, target: Notice, user: User) -> dict[str, Any]:
        """The notices page's frame."""
        steps = (("Notices", "notices"), (self.verb, ""))
        return {
            "evaluation": target.evaluation,
            "tab": "notices",
            "crumbs": crumbs_to(target.evaluation, *steps),
        }


@register_act
class ResendNotice(OnNotice):
    """Send it after all."""

    name = "resend-notice"
    title = "Send the notice again"
    verb = "Send again"
    help = "If it did arrive the first time, it arrives twice; it says so itself."
    success = "It goes out with the next sweep, within half a minute."

    def perform(self, target: Notice, data: Mapping[str, Any], by: User) -> Outcome:
        """Send it."""
        resend_notice(notice=target, reason=data["reason"], by=by)
        return None


@register_act
class ResolveNotice(OnNotice):
    """Close it without sending."""

    name = "resolve-notice"
    title = "Close the notice"
    verb = "Close without sending"
    help = "Say how you know that it arrived, or why it is not needed any more."
    success = "The notice is closed."

    def perform(self, target: Notice, data: Mapping[str, Any], by: User) -> Outcome:
        """Close it."""
        resolve_notice(notice=target, reason=data["reason"], by=by)
        return None
