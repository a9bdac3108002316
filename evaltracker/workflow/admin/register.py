"""Everything of floor 5 that registers itself; loaded when Django is ready."""

from evaltracker.workflow.admin import carrying_acts as carrying_acts
from evaltracker.workflow.admin import checks_acts as checks_acts
from evaltracker.workflow.admin import checks_page as checks_page
from evaltracker.workflow.admin import comparison_page as comparison_page
from evaltracker.workflow.admin import decision_acts as decision_acts
from evaltracker.workflow.admin import decision_page as decision_page
from evaltracker.workflow.admin import earlier as earlier
from evaltracker.workflow.admin import letters_page as letters_page
from evaltracker.workflow.admin import lists as lists
from evaltracker.workflow.admin import memo_pages as memo_pages
from evaltracker.workflow.admin import my_work as my_work
from evaltracker.workflow.admin import notice_subjects as notice_subjects
from evaltracker.workflow.admin import overview as overview
from evaltracker.workflow.admin import pack_act as pack_act
from evaltracker.workflow.admin import receipts as receipts
from evaltracker.workflow.admin import seals as seals
from evaltracker.workflow.admin import sign_offs_acts as sign_offs_acts
from evaltracker.workflow.admin import sign_offs_page as sign_offs_page
from evaltracker.workflow.admin import sign_page as sign_page
from evaltracker.workflow.admin import stage_acts as stage_acts
from evaltracker.workflow.admin import starting_acts as starting_acts
from evaltracker.workflow.admin import vendor_door as vendor_door
