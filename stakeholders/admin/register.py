"""Everything of floor 2 that registers itself; loaded when Django is ready."""

from stakeholders.admin import lending_acts as lending_acts
from stakeholders.admin import lists as lists
from stakeholders.admin import notice_subjects as notice_subjects
from stakeholders.admin import people_acts as people_acts
from stakeholders.admin import people_page as people_page
from stakeholders.admin import role_weights as role_weights
from stakeholders.admin import roles_acts as roles_acts
from stakeholders.admin import rules_act as rules_act
