"""Everything of floor 1 that registers itself; loaded when Django is ready."""

from evaltracker.evaluations.admin import account_page as account_page
from evaltracker.evaluations.admin import act_view as act_view
from evaltracker.evaluations.admin import lists as lists
from evaltracker.evaluations.admin import notices_list as notices_list
from evaltracker.evaluations.admin import pages as pages
from evaltracker.evaluations.admin import proof_page as proof_page
