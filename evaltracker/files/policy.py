"""Who attaches and removes files, and until when; one sentence for each no."""

from evaltracker.errors import Forbidden, NotFound, Refused
from evaltracker.evaluations.choices import Status
from evaltracker.evaluations.journal import By, actor_of
from evaltracker.evaluations.models import AttachedFile, Evaluation, User
from evaltracker.evaluations.topics import TOPICS, Subject, Topic, is_participant


def keeps(user: User, file: AttachedFile) -> bool:
    """Whether a file is theirs: who attached it, and the owner of the evaluation."""
    return user.pk in (file.uploaded_by_id, file.evaluation.owner_id)


def check_attach_files(subject: Subject, by: By) -> None:
    """People with a part attach files to what they see, until the decision is frozen.

    Raises:
        NotFound: it takes no files. Forbidden: no part. Refused: it is over.

    """
    if not subject.topic.takes_files:
        raise NotFound
    user = actor_of(by).user
    if not is_participant(user, subject.evaluation):
        raise Forbidden("Only people with a part in this evaluation attach files.")
    require_not_frozen(subject.topic, subject.evaluation)


def check_remove_file(file: AttachedFile, by: By) -> None:
    """Who attached it or the owner takes it away, while files can be attached there.

    Raises:
        Forbidden: somebody else's. Refused: removed already, or it is over.

    """
    user, evaluation = actor_of(by).user, file.evaluation
    if not (user and keeps(user, file) and is_participant(user, evaluation)):
        raise Forbidden("Only the owner and the person who attached a file remove it.")
    if file.removed_at is not None:
        raise Refused("This file was removed already.")
    require_not_frozen(TOPICS[file.topic], evaluation)


def require_not_frozen(topic: Topic, evaluation: Evaluation) -> None:
    """Refuse what would change an evaluation that has ended; a decision takes more."""
    if not topic.is_frozen(evaluation):
        return
    over = evaluation.get_status_display().lower()
    decided = evaluation.status == Status.DECIDED
    only = " Attach the file to the decision." if decided else ""
    raise Refused(f"“{evaluation}” is {over}, so its files stay as they are.{only}")
