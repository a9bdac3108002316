"""What memos hold is counted again from the tables, by code of a stranger.

The demo's purchases and ten made by chance. Nothing that counts here imports anything
of the product; a test below reads that in the code.
"""

import ast
import io
import json
import re
import zipfile
from collections.abc import Iterator
from fractions import Fraction
from html import unescape
from pathlib import Path
from typing import Any

import pytest
from django.db import connection, transaction
from pytest_django.plugin import DjangoDbBlocker

from evaltracker.decision.memo.documents import lay_out
from evaltracker.decision.memo.inputs import exact_draws, gather_inputs
from evaltracker.decision.memo.printing import sealed_memo
from evaltracker.decision.memo.results import compute_results
from evaltracker.decision.models import Decision, KeptDraws
from evaltracker.decision.services.draws import keep_draws
from evaltracker.evaluations.models import Evaluation
from evaltracker.toolbox.days import today_in
from tests.clients import signed_in
from tests.factories.demo import purchases
from tests.journeys.test_demo import load_demo
from tests.lock_order import around_tests, made_once
from tests.recount.digits import stray_digits, typed_texts
from tests.recount.facts import Facts, read_facts
from tests.recount.formulas import Costs
from tests.recount.ids import Book, Unknown
from tests.recount.memo_words import figures_in
from tests.recount.pages import Page, Shown
from tests.recount.shown import half_up
from tests.recount.worlds import by_chance
from tests.tiers import by_tier
from tests.workflow.rewriting import put
from trials.selectors.evaluation_cache import clear_evaluation_caches

pytestmark = pytest.mark.django_db
DEMO = (
    *("automated-renewals", "gpu-training", "office-cleaning", "data-catalogue"),
    "ml-platform",
)
DECIDED = "automated-renewals"
CHANCES = range(1, 11)
STRANGERS = (
    *("facts", "formulas", "draws", "shown", "ids", "pages", "digits"),
    "memo_words",
)
PRODUCT = ("evaltracker", "vendors", "trials", "stakeholders", "django")


@pytest.fixture(scope="module", autouse=True)
def demo(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[None]:
    """The demo, loaded once."""
    with made_once(django_db_blocker, purchases, load_demo):
        yield


def facts_of(where: Evaluation) -> Facts:
    """By SQL; the day is that of the evaluation's zone."""
    with connection.cursor() as cursor:
        return read_facts(cursor, where.slug, today_in(where.zone))


def purchase(slug: str) -> Evaluation:
    """One of the demo, or one made by chance, which is made once."""
    found = Evaluation.objects.filter(slug=slug).first()
    return found or by_chance(int(slug.removeprefix("purchase-")))


def every(*of_each_push: str) -> pytest.MarkDecorator:
    """Those with each push, the rest of the demo and the made ones at night."""
    nightly = pytest.mark.nightly(
        reason="each push recounts the decided purchase of the demo, or all of it",
        short=f"[{DECIDED}]",
    )
    slugs = [*DEMO, *(f"purchase-{number}" for number in CHANCES)]
    cases = [
        pytest.param(slug, marks=[] if slug in of_each_push else [nightly])
        for slug in slugs
    ]
    return pytest.mark.parametrize("slug", cases)


def test_strangers_import_nothing_of_the_product() -> None:
    for name in STRANGERS:
        tree = ast.parse(Path(__file__).with_name(f"{name}.py").read_text())
        named = [
            alias.name
            for node in ast.walk(tree)
            if isinstance(node, ast.Import)
            for alias in node.names
        ] + [
            str(node.module)
            for node in ast.walk(tree)
            if isinstance(node, ast.ImportFrom)
        ]
        assert not [one for one in named if one.split(".")[0] in PRODUCT], name


@every(*DEMO)
def test_results_are_what_a_stranger_counts(slug: str) -> None:
    where = purchase(slug)
    inputs = gather_inputs(where)
    results = compute_results(inputs, exact_draws(where))
    book = Book(facts_of(where))
    assert differing(results, book) == []


def differing(results: Any, book: Book) -> list[str]:
    """Names of what differs, with both."""
    wrong = []
    for name, is_, ought in pairs(results, book):
        if is_ != ought:
            wrong.append(f"{name}: the product says {is_!r}, recounted {ought!r}")
    return wrong


def text(share: Fraction | None) -> str | None:
    return None if share is None else half_up(share, 4)


def pairs(results: Any, book: Book) -> Iterator[tuple[str, Any, Any]]:
    counted = book.recount
    for key in counted.keys:
        row, name = results[key], counted.by_key[key]["name"]
        fit = counted.fit(key) if book.stated(key) else None
        yield f"{name} fit", row["fit"], text(fit)
        refs = counted.tested_refs(key)
        yield f"{name} tested", row["fit_of_tested"], text(counted.fit(key, refs=refs))
        yield f"{name} asked", row["asked"], len(counted.scored(key))
        for what in ("answered", "shown", "tested", "researched"):
            yield f"{name} {what}", row[what], counted.count(key, what)
        yield f"{name} out", row["knock_outs"], counted.knock_outs(key)
        record = counted.promises(key)
        yield f"{name} promises", row["promises"]["tested"], record["tested"]
        if not row["promises"]["hidden"]:
            told = row["promises"]
            yield f"{name} held", told["held"], record["holds"]
            yield f"{name} short", told.get("short", 0), record["short"]
            yield f"{name} partly", told["partly"], record["partly"]
            yield f"{name} failed", told["failed"], record["fails"]
        demos = counted.promises(key, "demo")
        yield f"{name} demos", row["promises_in_demos"]["tested"], demos["tested"]
        for cell, standing in row["standings"].items():
            yield f"{name} {cell}", standing, counted.cells[key][cell].standing
        if book.facts.consensus:
            yield f"{name} people", row["people"], text(counted.people(key))
            yield f"{name} total", row["total"], text(counted.total(key))
        costs = Costs(book.facts, key)
        for bound in ("low", "likely", "high"):
            told = Fraction(row["cost"][bound])
            yield f"{name} {bound}", told, costs.amount(bound)
        unsaid, kinds = costs.kinds()
        yield f"{name} known", row["cost"]["known"], kinds - unsaid
        yield f"{name} kinds", row["cost"]["kinds"], kinds
    yield from robust(results["robustness"], book)


def robust(told: Any, book: Book) -> Iterator[tuple[str, Any, Any]]:
    counted = book.recount
    if told["untold"]:
        return
    places = {row["id"]: row for row in told["ranking"]}
    yield "compared", set(places), set(counted.compared)
    shares = book.draws.counted
    for key, row in places.items():
        name = counted.by_key[key]["name"]
        yield f"{name} total", row["total"], text(counted.totals[key])
        yield f"{name} rank", row["rank"], counted.place(key)
        yield f"{name} wins", row["wins"], text(shares["wins"][key])
        drawn = told["certainty"]
        yield f"{name} sure", drawn["all_wins"][key], fine(shares["all_wins"][key])
        out = shares["knocked_out"][key]
        yield f"{name} out", drawn["knocked_out"][key], fine(out)
    yield "nobody", told["certainty"]["nobody"], fine(shares["nobody"])
    owed = book.draws.owed.values()
    yield "open", told["certainty"]["open"], sum(len(one.open) for one in owed)
    yield "judged", told["certainty"]["judged"], sum(one.judged for one in owed)
    smallest = counted.smallest_flip() if len(leads(counted)) == 1 else None
    said = told["smallest"]
    if said and smallest:
        yield "flip", said["category"], smallest[1]
        yield "flip from", said["before"], text(smallest[2])
        yield "flip to", said["after"], text(smallest[3])
    elif len(leads(counted)) == 1:
        yield "flip", said, smallest
    if told["second"]:
        key = told["second"]["id"]
        yield "second", key, book.second
        proofs = counted.proofs_to_lead(key)
        asked = told["second"]["proofs"]
        yield "proofs", asked and len(asked), proofs and len(proofs)


def leads(counted: Any) -> list[str]:
    best = max(counted.totals.values())
    return [key for key, total in counted.totals.items() if total == best]


def fine(share: Fraction) -> str:
    return half_up(share, 8)


@pytest.mark.nightly(
    reason="each push runs most of this code by its short form",
    short="::test_results_are_what_a_stranger_counts[ml-platform]",
)
def test_a_number_that_was_planted_is_found() -> None:
    where = Evaluation.objects.get(slug="automated-renewals")
    results = compute_results(gather_inputs(where), exact_draws(where))
    book = Book(facts_of(where))
    winner = book.second
    for change in (
        {"fit": "0.9100"},
        {"answered": 6},
        {"total": "0.9"},
        {"knock_outs": ["QAP-2"]},
    ):
        planted = {**results, winner: {**results[winner], **change}}
        assert len(differing(planted, book)) == 1


def pages_of(where: Evaluation) -> list[str]:
    """Overview, comparison with the working of each, decision, memo, sign pages."""
    at = f"/admin/e/{where.slug}/"
    keys = where.candidates.values_list("pk", flat=True)
    working = [f"{at}comparison/{key}/" for key in keys]
    rules = where.sign_off_rules.filter(stage=where.stage)
    signs = [f"/admin/act/sign/{key}/" for key in rules.values_list("pk", flat=True)]
    memo = [f"{at}memo/"]
    return [at, f"{at}comparison/", *working, f"{at}decision/", *memo, *signs]


def read(where: Evaluation) -> dict[str, str]:
    """Each page's HTML, as the owner reads it; draws are there."""
    keep_draws(evaluation=where)
    client = signed_in(where.owner)
    answers = {path: client.get(path, follow=True) for path in pages_of(where)}
    return {
        path: answer.text
        for path, answer in answers.items()
        if answer.status_code == 200
    }


@every(DECIDED)
def test_figures_of_pages_are_what_a_stranger_counts(slug: str) -> None:
    where = purchase(slug)
    book, wrong = Book(facts_of(where)), dict[str, None]()
    for path, html in read(where).items():
        for one in Page(html).figures:
            wrong |= dict.fromkeys(f"{path} {why}" for why in misfits(one, book))
    assert list(wrong) == []


@pytest.mark.parametrize(
    "slug",
    by_tier(
        DECIDED,
        "gpu-training",
        reason="each push plants figures on the pages of the decided purchase",
    ),
)
def test_a_figure_planted_in_any_page_is_found(slug: str) -> None:
    where = Evaluation.objects.get(slug=slug)
    book = Book(facts_of(where))
    for path, html in read(where).items():
        page = Page(html)
        for at, one in enumerate(page.figures):
            for planted in (planted_text(one), planted_value(one)):
                assert misfits(planted, book), (path, at, one.id)


def planted_text(one: Shown) -> Shown:
    """The next number in the place of each."""
    text = re.sub(r"\d+", lambda digits: str(int(digits[0]) + 1), one.text)
    return Shown(one.id, one.value, one.of, "1" if text == one.text else text)


def planted_value(one: Shown) -> Shown:
    """A little more than it is."""
    value = str(Fraction(one.value or 0) + Fraction(1, 1000))
    return Shown(one.id, value, one.of, one.text)


def found_on_page(where: Evaluation, tab: str, book: Book) -> set[str]:
    """Ids of the figures of a tab that are not what the tables come to."""
    keep_draws(evaluation=where)
    answer = signed_in(where.owner).get(f"/admin/e/{where.slug}/{tab}/")
    assert answer.status_code == 200
    return {one.id for one in Page(answer.text).figures if misfits(one, book)}


def test_draws_planted_in_what_is_kept_are_found_on_the_page() -> None:
    where = Evaluation.objects.get(slug="gpu-training")
    book = Book(facts_of(where))
    with around_tests():
        assert found_on_page(where, "comparison", book) == set()
        kept = KeptDraws.objects.get(evaluation=where)
        one, other = sorted(kept.results["all_wins"], key=kept.results["all_wins"].get)[
            1:
        ]
        shares = kept.results["all_wins"]
        swapped = {**shares, one: shares[other], other: shares[one]}
        results = json.dumps({**kept.results, "all_wins": swapped})
        put(kept, f"results = '{results}'")
        clear_evaluation_caches()
        found = found_on_page(where, "comparison", book)
        assert {f"sure.likely.{one}", f"sure.likely.{other}"} <= found
        transaction.set_rollback(True)


def test_a_number_planted_in_a_frozen_memo_is_found_on_the_page() -> None:
    where = Evaluation.objects.get(slug=DECIDED)
    book = Book(facts_of(where))
    with around_tests():
        assert found_on_page(where, "comparison", book) == set()
        decision = Decision.objects.get(evaluation=where)
        key = str(decision.candidate_id)
        memo = {**decision.memo, "results": {**decision.memo["results"]}}
        memo["results"][key] = {**memo["results"][key], "answered": 6}
        text_of = json.dumps(memo).replace("'", "''")
        put(decision, f"memo = '{text_of}'")
        clear_evaluation_caches()
        assert f"answered.{key}" in found_on_page(where, "comparison", book)
        transaction.set_rollback(True)
    clear_evaluation_caches()


def misfits(shown: Shown, book: Book) -> list[str]:
    """Why a figure is not what was counted again."""
    try:
        ought = book.figure(shown.id)
    except Unknown:
        return [f"{shown.id} is counted by nobody"]
    exact = Fraction(shown.value or 0)
    wrong = []
    if exact != (ought.exact or 0) and not near(exact, ought.exact, shown.id):
        wrong.append(f"{shown.id} is {shown.value}, recounted {ought.exact}")
    if not reads(shown.text, ought.shown):
        wrong.append(f"{shown.id} reads {shown.text!r}, recounted {ought.shown!r}")
    if shown.of != ought.of:
        wrong.append(f"{shown.id} is of {shown.of!r}, recounted {ought.of!r}")
    return wrong


def reads(text: str, ought: str) -> bool:
    """Whether it is so shown; “~” goes before what has to stand among other words."""
    if not ought.startswith("~"):
        return text == ought
    return (
        re.search(rf"(?<![\d.]){re.escape(ought[1:])}(?![\d]|\.\d)", text) is not None
    )


def near(exact: Fraction, ought: Fraction | None, name: str) -> bool:
    """Shares of draws are kept with few places."""
    return name.startswith("sure.") and abs(exact - (ought or 0)) < Fraction(1, 10**4)


MEMO = DECIDED


def memo_as(form: str) -> str:
    """The words of the decided memo as they stand in one of its forms."""
    where = Evaluation.objects.get(slug=MEMO)
    at, client = f"/admin/e/{MEMO}/memo", signed_in(where.owner)
    if form == "Markdown":
        return client.get(f"{at}.md").text
    if form == "page":
        (main,) = re.findall(r"<main.*?</main>", client.get(f"{at}/").text, re.DOTALL)
        return unescape(re.sub(r"<svg.*?</svg>|<[^>]*>", " ", main, flags=re.DOTALL))
    if form == "Word":
        file = io.BytesIO(b"".join(client.get(f"{at}.docx")))
        xml = zipfile.ZipFile(file).read("word/document.xml").decode()
        return unescape(re.sub(r"<[^>]*>", "", re.sub(r"</w:(p|tc)>", " ", xml)))
    decision = Decision.objects.get(evaluation=where)
    memo = sealed_memo(decision.memo, decision, [])
    boxes = [
        box
        for page in lay_out(where, memo, decision, "a4").render().pages
        for box in page._page_box.descendants()
        if type(box).__name__ == "TextBox"
    ]
    return " ".join(box.text for box in boxes)


@pytest.mark.parametrize("form", ["Markdown", "page", "Word", "PDF"])
@pytest.mark.nightly(
    reason="the same with other values; each push runs one of them", short="[Markdown]"
)
def test_the_memo_shows_what_a_stranger_counts_in_each_form(form: str) -> None:
    book, words = Book(facts_of(Evaluation.objects.get(slug=MEMO))), memo_as(form)
    shown = list(figures_in(words, book))
    assert [pair for pair in shown if book.figure(pair[0]).shown != pair[1]] == []
    kinds = {name.split(".")[0] for name, _ in shown}
    assert kinds >= {"sure", "weighs", "price", "level", "flip", "second", "roles"}
    assert kinds >= {"fit", "people", "total", "cost", "answered", "shown", "tested"}
    # Each of them, were it another, would be found.
    for name, text in set(shown):
        other = re.sub(r"\d+", lambda found: str(int(found[0]) + 1), text, count=1)
        planted = words.replace(text, other)
        told = list(figures_in(planted, book))
        assert any(book.figure(one).shown != seen for one, seen in told), name


@pytest.mark.parametrize(
    "slug",
    [
        DECIDED,
        *(
            pytest.param(
                slug,
                marks=pytest.mark.nightly(
                    reason="each push looks for digits on the decided purchase's pages",
                    short=f"[{DECIDED}]",
                ),
            )
            for slug in DEMO
            if slug != DECIDED
        ),
    ],
)
def test_no_digit_stands_on_a_page_that_nobody_counts(slug: str) -> None:
    where = Evaluation.objects.get(slug=slug)
    with connection.cursor() as cursor:
        tables = [
            name
            for name in connection.introspection.table_names(cursor)
            if name.startswith(TYPED) and not name.endswith(COUNTED)
        ]
        typed = typed_texts(cursor, tables)
        cursor.execute("SELECT value FROM workflow_metricvalue")
        readings = {value for (value,) in cursor.fetchall()}
    wrong = []
    for path, html in read(where).items():
        if re.search(r"/(?:memo|sign/[^/]+|comparison/[^/]+)/$", path):
            continue  # words of the memo, which are read above; sums, line by line
        (main,) = re.findall(r"<main.*?</main>", html, re.DOTALL)
        lines = {*stray_digits(Page(main), typed)} - readings
        wrong += [f"{path}: {line}" for line in sorted(lines)]
        planted = main.replace("</main>", "<p>It leads by 17 points.</p></main>")
        assert stray_digits(Page(planted), typed)[-1] == "It leads by 17 points."
    assert wrong == []


TYPED = ("evaluations_", "vendors_", "trials_", "stakeholders_", "workflow_")
# Texts that the product writes, with counts in them.
COUNTED = (
    "_entry",
    "_outlook",
    "_cachedvalue",
    "_signeddocument",
    "_keptdraws",
    "_notice",
)
