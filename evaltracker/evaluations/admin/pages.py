"""The pages and acts of floor 1; importing them registers them."""

from evaltracker.evaluations.admin import brief_page as brief_page
from evaltracker.evaluations.admin import journal_page as journal_page
from evaltracker.evaluations.admin import metric_acts as metric_acts
from evaltracker.evaluations.admin import my_notices as my_notices
from evaltracker.evaluations.admin import notice_acts as notice_acts
from evaltracker.evaluations.admin import notices_page as notices_page
from evaltracker.evaluations.admin import requirement_acts as requirement_acts
from evaltracker.evaluations.admin import requirements_page as requirements_page
from evaltracker.evaluations.admin import template_acts as template_acts
from evaltracker.evaluations.admin.importing import acts as acts
from evaltracker.evaluations.admin.importing import requirements as requirements
