"""What the people of the demo declare before they read of candidates."""

from evaltracker.evaluations.models import Evaluation
from vendors.policy import to_declare
from vendors.services.interests import declare_interests


def declare_no_interests(evaluation: Evaluation) -> None:
    """Everybody with a part declares to have no interest in any candidate."""
    for person in evaluation.readers.all():
        asked = to_declare(person).filter(evaluation=evaluation)
        declare_interests(
            evaluation=evaluation,
            interests=dict.fromkeys(asked.values_list("pk", flat=True), ""),
            by=person,
        )
