"""The comparison, its sums and all pictures tell nobody what is sealed from them."""

import pytest
from django.urls import reverse

from tests.clients import signed_in
from tests.rights.sealed import EVERYBODY, MARKS, PRICE, allowed, build, move
from tests.tiers import by_tier

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("counted_lately")]


@pytest.mark.parametrize(
    "turns",
    by_tier(
        3,
        1,
        reason="each page by each of nine; each push reads it as three of them",
    ),
)
def test_nobody_reads_there_what_is_sealed_from_them(turns: int) -> None:
    made = build()
    urls = [
        reverse("admin:evaluation_comparison", args=[made.where.slug]),
        reverse("admin:working", args=[made.where.slug, made.candidate.pk]),
        *(
            reverse(f"admin:evaluation_{page}", args=[made.where.slug])
            for page in ("overview", "costs", "scores")
        ),
    ]
    told, seen = [], set()
    for place, stage in enumerate(("trials", "decision")):
        move(made, stage)
        for column, who in enumerate(EVERYBODY, start=place):
            client = signed_in(made.people[who])
            body = " ".join(
                client.get(url).content.decode()
                for row, url in enumerate(urls)
                if (row + column) % turns == 0
            )
            for mark, texts in MARKS.items():
                if any(text in body for text in texts):
                    seen.add((mark, stage))
                    if who not in allowed(mark, stage):
                        told.append(f"{mark} to {who} in {stage}")
    assert told == []
    assert ("price", "decision") in seen


def test_the_pictures_draw_a_price_for_whom_it_is_open_and_for_nobody_else() -> None:
    made = build()
    pages = ("overview", "costs")
    urls = [reverse(f"admin:evaluation_{it}", args=[made.where.slug]) for it in pages]
    for stage in ("trials", "decision"):
        move(made, stage)
        for who in sorted(allowed("claim", stage) | {"lead"}):
            client = signed_in(made.people[who])
            for url in urls:
                body = client.get(url).content.decode()
                drawn = any(amount in body for amount in PRICE[1:])
                assert drawn is (who in allowed("price", stage)), (who, stage, url)
