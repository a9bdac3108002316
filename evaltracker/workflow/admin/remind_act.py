"""The act by which the owner reminds a colleague."""

import uuid

from evaltracker.errors import NotFound
from evaltracker.evaluations.models import Evaluation, User
from evaltracker.pages.acts import register_act
from evaltracker.pages.evaluation_acts import InEvaluation
from evaltracker.pages.workspace import page_address
from evaltracker.workflow.inbox.awaited import ASKED_FOR, Awaited
from evaltracker.workflow.services.reminding import (
    check_remind_colleague,
    remind_colleague,
)

TABS = {
    "sign_off": "sign_offs",
    "scores": "scores",
    "interests": "conflicts",
    "weights": "stakeholders",
}


@register_act
class RemindColleague(InEvaluation[Awaited]):
    """A mail to somebody on whom the others wait."""

    name = "remind-colleague"
    title = "Remind"
    verb = "Send the reminder"
    help = "They get a mail at once, at most one a day about the same thing."
    success = "The reminder is on its way."
    target_name = "awaited"
    service = remind_colleague
    rule = check_remind_colleague

    def load(self, user: User, target_id: str) -> Awaited:
        """Somebody of an evaluation that the reader sees."""
        kind, _, rest = target_id.partition(".")
        evaluation_id, _, person_id = rest.partition(".")
        try:
            key, number = uuid.UUID(evaluation_id), int(person_id)
            seen = Evaluation.objects.visible_to(user).select_related("owner")
            evaluation = seen.get(pk=key)
            person = evaluation.readers.get(pk=number)
        except (ValueError, OverflowError, Evaluation.DoesNotExist, User.DoesNotExist):
            raise NotFound from None
        found = Awaited(evaluation, person, kind)
        if kind not in ASKED_FOR or found.pk != target_id:
            raise NotFound
        return found

    def heading(self, target: Awaited) -> str:
        return f"Remind {target.person.name} of {target.thing}"

    def success_message(self, target: Awaited, outcome: object) -> str:
        return f"{target.person.name} is reminded of {target.thing}."

    def cancel_url(self, target: Awaited) -> str:
        """The page on which they are waited for."""
        return page_address(target.evaluation, TABS[target.kind])
