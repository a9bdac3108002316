"""Where stakeholders hangs itself into lower floors; loaded when Django is ready."""

import datetime

from django.apps import apps

import stakeholders.calendar_dates
import stakeholders.notices
from evaltracker.kit.periodic import register_chore
from evaltracker.requirements.services.evaluations import BEGINNINGS
from stakeholders.services.lending import end_lapsed_sight
from stakeholders.services.rules import ask_usual_roles

register_chore(
    name="end_lapsed_sight",
    every=datetime.timedelta(minutes=15),
    work=end_lapsed_sight,
)
BEGINNINGS.add(ask_usual_roles)

# A process that serves vendors alone has no pages, and no whole evaluation
# comes or leaves through it.
if apps.is_installed("django.contrib.admin"):
    import stakeholders.admin.lending_acts
    import stakeholders.admin.lists
    import stakeholders.admin.people_acts
    import stakeholders.admin.people_grid
    import stakeholders.admin.people_page
    import stakeholders.admin.role_weights
    import stakeholders.admin.roles_acts
    import stakeholders.admin.rules_act
    import stakeholders.admin.searches
    import stakeholders.admin.weights_grid
    import stakeholders.journal_words
    import stakeholders.portable
    import stakeholders.services.templates
