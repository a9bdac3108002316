"""Where workflow hangs itself into lower floors; loaded when Django is ready."""

import datetime

import evaltracker.workflow.admin.carrying_acts
import evaltracker.workflow.admin.checks_acts
import evaltracker.workflow.admin.checks_page
import evaltracker.workflow.admin.comparison_page
import evaltracker.workflow.admin.contract_acts
import evaltracker.workflow.admin.decision_acts
import evaltracker.workflow.admin.decision_page
import evaltracker.workflow.admin.earlier
import evaltracker.workflow.admin.evaluations_list
import evaltracker.workflow.admin.handing_on_act
import evaltracker.workflow.admin.letters_page
import evaltracker.workflow.admin.lists
import evaltracker.workflow.admin.memo_pages
import evaltracker.workflow.admin.metric_value_acts
import evaltracker.workflow.admin.my_work
import evaltracker.workflow.admin.news_page
import evaltracker.workflow.admin.next_tests
import evaltracker.workflow.admin.overview
import evaltracker.workflow.admin.pack_act
import evaltracker.workflow.admin.practice_act
import evaltracker.workflow.admin.receipts
import evaltracker.workflow.admin.remind_act
import evaltracker.workflow.admin.seals
import evaltracker.workflow.admin.sign_offs_acts
import evaltracker.workflow.admin.sign_offs_page
import evaltracker.workflow.admin.sign_page
import evaltracker.workflow.admin.snooze_acts
import evaltracker.workflow.admin.stage_acts
import evaltracker.workflow.admin.starting_acts
import evaltracker.workflow.admin.topics
import evaltracker.workflow.admin.vendor_access_api
import evaltracker.workflow.admin.waiting
import evaltracker.workflow.admin.waiver_acts
import evaltracker.workflow.admin.waiver_panel
import evaltracker.workflow.calendar_dates
import evaltracker.workflow.decision_notices
import evaltracker.workflow.handing_on_notices
import evaltracker.workflow.journal_words
import evaltracker.workflow.notices
import evaltracker.workflow.portable
import evaltracker.workflow.reminder_notices
import evaltracker.workflow.score_notices
import evaltracker.workflow.stage_notices
import evaltracker.workflow.waiver_notices
from evaltracker.kit.periodic import register_chore
from evaltracker.workflow.selectors.plan import days_planned_for_trials
from evaltracker.workflow.services.draws import keep_moved_draws
from evaltracker.workflow.services.leftovers import remove_old_leftovers
from evaltracker.workflow.services.practice import end_tests
from evaltracker.workflow.services.sign_off_requests import look_at_what_moved
from evaltracker.workflow.services.stage_lateness import tell_of_late_stages
from evaltracker.workflow.services.waiver_requests import grant_what_was_excused
from trials.selectors.to_draw_up import PLANNED_DAYS
from trials.services.excuses import EXCUSED

EXCUSED.add(grant_what_was_excused)
PLANNED_DAYS.add(days_planned_for_trials)

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
