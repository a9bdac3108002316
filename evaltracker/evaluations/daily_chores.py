"""The chores of floor 1."""

from __future__ import annotations

import datetime

from evaltracker.evaluations.chores import register_chore
from evaltracker.evaluations.services.drafts import forget_old_drafts
from evaltracker.evaluations.services.heads import tell_heads
from evaltracker.evaluations.services.recounting import recount_due

register_chore(name="recount_due", every=datetime.timedelta(days=1), work=recount_due)
register_chore(
    name="forget_old_drafts",
    every=datetime.timedelta(hours=6),
    work=forget_old_drafts,
)
register_chore(
    name="tell_journal_heads", every=datetime.timedelta(hours=1), work=tell_heads
)
