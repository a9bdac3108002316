"""What the others wait for a colleague to do, and of what they may be reminded."""

from dataclasses import dataclass

from evaltracker.evaluations.models import Evaluation, User
from evaltracker.workflow.inbox.items import WorkItem
from evaltracker.workflow.inbox.work import my_work

# By kind of work: what the colleague is asked for, as their mail names it.
ASKED_FOR = {
    "sign_off": "your signature",
    "scores": "your scores",
    "interests": "your conflicts of interest",
    "weights": "the weights of your role",
}


@dataclass(frozen=True, slots=True)
class Awaited:
    """Somebody, and what of theirs is waited for in an evaluation."""

    evaluation: Evaluation
    person: User
    kind: str

    @property
    def pk(self) -> str:
        """What names it in the address of an act."""
        return f"{self.kind}.{self.evaluation.pk}.{self.person.pk}"

    @property
    def thing(self) -> str:
        """As the owner names it: “their scores”."""
        return ASKED_FOR[self.kind].replace("your", "their", 1)

    @property
    def work(self) -> WorkItem | None:
        """The line of their *My work*, if it is their turn; else nobody waits."""
        items = my_work(self.person, self.evaluation)
        return next((it for it in items if it.kind == self.kind and not it.waits), None)

    def __str__(self) -> str:
        return self.person.name
