"""What the people of the demo declare before they read of candidates."""

from evaltracker.evaluations.models import Evaluation
from vendors.policy import to_declare
from vendors.services.interests import declare_interests


def declare_no_interests(evaluation: Evaluation) -> None:
    """The owner and everybody with a part declare to have no interest in any."""
    for person in (evaluation.owner, *evaluation.readers.all()):
        asked = to_declare(person).filter(evaluation=evaluation)
        declare_interests(
            evaluation=evaluation,
            interests=dict.fromkeys(asked.values_list("pk", flat=True), ""),
            by=person,
        )
