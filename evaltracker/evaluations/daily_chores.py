"""The chores of floor 1."""

from __future__ import annotations

import datetime

from evaltracker.evaluations.chores import register_chore
from evaltracker.evaluations.services.recounting import recount_due

register_chore(name="recount_due", every=datetime.timedelta(days=1), work=recount_due)
