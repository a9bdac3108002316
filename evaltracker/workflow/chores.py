"""What only the passing of time calls for on floor 5."""

import datetime

from evaltracker.evaluations.chores import register_chore
from evaltracker.workflow.services.asking import look_at_what_moved
from evaltracker.workflow.services.lateness import tell_of_late_stages
from evaltracker.workflow.services.leftovers import remove_old_leftovers

register_chore(
    name="ask_for_sign_offs",
    every=datetime.timedelta(seconds=45),
    work=look_at_what_moved,
)
register_chore(
    name="stages_late", every=datetime.timedelta(hours=1), work=tell_of_late_stages
)
register_chore(
    name="remove_leftover_files",
    every=datetime.timedelta(hours=6),
    work=remove_old_leftovers,
)
