"""Attaching a file as its owner does."""

from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile

from evaltracker.evaluations.models import AttachedFile, User
from evaltracker.evaluations.topic_types import TOPICS, Subject
from evaltracker.talk.services import attach_files
from vendors.models import Candidate

PDF = b"%PDF-1.7\nNot for vendors."


def subject_of(topic: str, row: Any, by: User) -> Subject:
    """The subject, for somebody who sees it."""
    found = TOPICS[topic].find(by, row.pk)
    assert found is not None
    return found


def upload(name: str, content: bytes = b"") -> SimpleUploadedFile:
    """A file as a browser sends it; its content tells its name."""
    return SimpleUploadedFile(name, content or f"This is {name}.".encode())


def attach(
    topic: str, row: Any, *names: str, by: User | None = None
) -> list[AttachedFile]:
    """Files of these names on a row, by the owner of its evaluation."""
    path = {"cost_line": ("candidate", "evaluation"), "candidate": ("evaluation",)}
    where = row
    for step in path.get(topic, ()):
        where = getattr(where, step)
    if topic == "gap":
        option: Candidate = row.trial.candidate
        where = option.evaluation
    who = by or where.owner
    files = [upload(name) for name in names]
    return attach_files(subject=subject_of(topic, row, who), files=files, by=who)
