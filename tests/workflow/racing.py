"""Signatures and steps that happen at the same moment; for tests and a benchmark."""

from collections import Counter
from functools import partial

import requests
from django.conf import settings

from evaltracker.evaluations.models import Entry, Evaluation, Visit
from evaltracker.workflow.services.stages import advance
from stakeholders.models import SignOff
from stakeholders.services.people import add_stakeholder, set_sign_off_rule
from stakeholders.services.sign_offs import open_sign_off_round
from tests.at_once import at_once
from tests.clients import signed_in
from tests.factories import common, stakeholders
from tests.factories.workflow import ready_to_advance, shown, sign_as
from tests.served import Site

AT_ONCE = 40


class Desk:
    """Dana's browser on the sign page of a site with several processes."""

    def __init__(self, site: Site, where: Evaluation) -> None:
        self.where = where
        stakeholders.sign_off_rules(where, roles=("devops",))
        rule = where.sign_off_rules.get(role="devops")
        self.page = f"{site.url}/admin/act/sign/{rule.pk}/"
        dana = signed_in(stakeholders.holder("devops"))
        name = settings.SESSION_COOKIE_NAME
        self.cookies = {name: dana.cookies[name].value}
        opened = requests.get(self.page, cookies=self.cookies, timeout=30)
        assert opened.ok, opened.text[:500]
        self.token = opened.cookies["csrftoken"]

    def verdicts(self, many: int = AT_ONCE) -> Counter[int]:
        """Statuses of verdicts sent at once, half of them declines."""
        given = at_once(many, partial(self.give, shown(self.where)))
        return Counter(int(str(status)) for status in given)

    def give(self, words: str, number: int) -> int:
        """Post one verdict; the status that answers."""
        no = number % 2
        answer = requests.post(
            self.page,
            data={
                "shown": words,
                "verdict": "decline" if no else "approve",
                "reason": "No" if no else "",
                # Nobody has said what weighs for the role.
                "without_weights": "on",
            },
            cookies={**self.cookies, "csrftoken": str(self.token)},
            headers={"X-CSRFToken": str(self.token)},
            allow_redirects=False,
            timeout=60,
        )
        return answer.status_code

    def ask_anew(self) -> None:
        """Open the next round."""
        visit = Visit.objects.get(evaluation=self.where, left_at__isnull=True)
        open_sign_off_round(visit=visit, reason="Again", by=self.where.owner)

    def told(self, action: str) -> int:
        """How many entries of Dana's the journal has of that action."""
        dana = stakeholders.holder("devops")
        rows = Entry.objects.filter(evaluation=self.where, action=action, actor=dana)
        return rows.count()


def advance_against_decline() -> tuple[bool, bool]:
    """Whether it advanced, and whether a decline was recorded, both tried at once."""
    where = ready_to_advance()
    set_sign_off_rule(
        evaluation=where, stage="requirements", role="it", required=1, by=where.owner
    )
    add_stakeholder(evaluation=where, user=common.noor(), role="it", by=where.owner)
    moved, declined = at_once(2, partial(advance_or_decline, where, shown(where)))
    return isinstance(moved, Evaluation), isinstance(declined, SignOff)


def advance_or_decline(where: Evaluation, words: str, number: int) -> object:
    """What each of the two does."""
    if number == 0:
        return advance(evaluation=where, from_stage="requirements", by=where.owner)
    return sign_as(where, "it", "decline", shown=words, reason="No", by=common.noor())
