"""The kind of notice of comments: somebody is mentioned in one."""

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from typing import ClassVar
from uuid import UUID

from evaltracker.evaluations.models import Mention, Notice
from evaltracker.evaluations.topic_types import TOPICS
from evaltracker.notices.about import About
from evaltracker.notices.kinds import register
from evaltracker.talk.rules import discuss_address


@dataclass(frozen=True, slots=True)
class Told:
    mention: Mention
    is_reader: bool
    is_there: bool


@register
class Mentioned(About[Told]):
    """Somebody is asked to read a comment; the mail holds none of its words."""

    can_wait: ClassVar[bool] = True
    gone: ClassVar[str] = "The comment is no longer there."
    rows: ClassVar = Mention.objects.select_related(
        "person", "comment__author", "comment__parent", "comment__evaluation__owner"
    )

    def subjects(self, ids: Collection[str]) -> Mapping[str, Told]:
        places = defaultdict(list)
        for row in self.rows.filter(pk__in=[UUID(key) for key in ids]):
            places[row.comment.topic, row.comment.evaluation].append(row)
        by_key = {}
        for (name, evaluation), rows in places.items():
            topic = TOPICS[name]
            readers = set(topic.audience(evaluation).values_list("pk", flat=True))
            subjects = {row.comment.subject_id for row in rows}
            # Whoever may read there sees whatever is there.
            readable = (row.person for row in rows if row.person_id in readers)
            witness = next(readable, evaluation.owner)
            seen = topic.rows(witness).filter(pk__in=subjects)
            there = set(seen.values_list("pk", flat=True))
            for row in rows:
                is_there = row.comment.subject_id in there
                by_key[str(row.pk)] = Told(row, row.person_id in readers, is_there)
        return by_key

    def reasons(self, notice: Notice, row: Told) -> Iterator[str]:
        comment = row.mention.comment
        if not row.is_there:
            yield "What it is about is no longer there."
        if not row.is_reader:
            yield "They may no longer see what it is about."
        if comment.withdrawn_at:
            yield "The comment was withdrawn."
        if comment.root.resolved_at:
            yield "The thread was resolved."
        if row.mention.answered_at:
            yield "They have read or answered it."

    def page(self, notice: Notice, row: Told) -> str:
        comment = row.mention.comment
        return discuss_address(comment.topic, comment.subject_id, comment.part)

    def values(self, notice: Notice, row: Told) -> dict[str, str]:
        comment = row.mention.comment
        noun = TOPICS[comment.topic].noun
        return {"author": comment.author.name, "noun": noun}

    def title(self, row: Told) -> str:
        """Nothing: the list of notices is also for whom the subject is sealed from."""
        return ""
