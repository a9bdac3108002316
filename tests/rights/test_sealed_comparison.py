"""The comparison and its sums tell nobody what is sealed from them, at any stage."""

import pytest
from django.urls import reverse

from tests.clients import signed_in
from tests.rights.sealed import EVERYBODY, MARKS, allowed, build, move

pytestmark = pytest.mark.django_db


def test_nobody_reads_there_what_is_sealed_from_them() -> None:
    made = build()
    urls = [
        reverse("admin:evaluation_comparison", args=[made.where.slug]),
        reverse("admin:working", args=[made.where.slug, made.candidate.pk]),
    ]
    told, seen = [], set()
    for stage in ("trials", "decision"):
        move(made, stage)
        for who in EVERYBODY:
            client = signed_in(made.people[who])
            body = " ".join(client.get(url).content.decode() for url in urls)
            for mark, texts in MARKS.items():
                if any(text in body for text in texts):
                    seen.add((mark, stage))
                    if who not in allowed(mark, stage):
                        told.append(f"{mark} to {who} in {stage}")
    assert told == []
    assert ("price", "decision") in seen
