"""What is usual in an evaluation that somebody starts: who must sign."""

from evaltracker.evaluations.services.evaluations import register_beginning
from stakeholders.services.rules import ask_usual_roles

register_beginning(ask_usual_roles)
