"""Where workflow hangs itself into lower floors; loaded when Django is ready."""

import datetime
from typing import Any

from django.dispatch import receiver

import evaltracker.decision.admin.comparison
import evaltracker.decision.admin.contract_terms
import evaltracker.decision.admin.exports
import evaltracker.decision.admin.ownership
import evaltracker.decision.admin.promise_checks
import evaltracker.decision.notices
import evaltracker.workflow.admin.annex
import evaltracker.workflow.admin.comparison_page
import evaltracker.workflow.admin.decision
import evaltracker.workflow.admin.my_work
import evaltracker.workflow.admin.overview
import evaltracker.workflow.admin.proposed_actions
import evaltracker.workflow.admin.sign_form
import evaltracker.workflow.admin.sign_offs
import evaltracker.workflow.inbox.glances
import evaltracker.workflow.notices
import evaltracker.workflow.portable
from evaltracker.decision.services.draws import keep_moved_draws
from evaltracker.decision.services.leftover_files import remove_old_leftovers
from evaltracker.evaluations.models import User
from evaltracker.pages.tabs import news_asked
from evaltracker.toolbox.processes import register_chore
from evaltracker.workflow.inbox.glances import count_news
from evaltracker.workflow.services.sign_offs import (
    grant_what_was_excused,
    look_at_what_moved,
)
from evaltracker.workflow.services.stages import end_tests, tell_of_late_stages
from trials.services.evidence import knock_out_excused

knock_out_excused.connect(grant_what_was_excused)


@receiver(news_asked)
def answer_how_much_is_new(*, user: User, **_: Any) -> int:
    return count_news(user)


register_chore(
    name="ask_for_sign_offs",
    every=datetime.timedelta(seconds=45),
    work=look_at_what_moved,
)
register_chore(
    name="keep_draws", every=datetime.timedelta(seconds=20), work=keep_moved_draws
)
register_chore(
    name="stages_late", every=datetime.timedelta(hours=1), work=tell_of_late_stages
)
register_chore(name="end_tests", every=datetime.timedelta(minutes=5), work=end_tests)
register_chore(
    name="remove_leftover_files",
    every=datetime.timedelta(hours=6),
    work=remove_old_leftovers,
)
