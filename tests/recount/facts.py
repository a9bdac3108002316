"""What the tables say of one evaluation, read by SQL; nothing of the product.

Keys are ids as pages and memos write them, amounts are fractions, days are days, and
JSON is read. Whoever recounts starts from here.
"""

import datetime
import json
import uuid
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any

type Row = dict[str, Any]


def number(value: Any) -> Fraction | None:
    """An amount, which SQLite may give as a float."""
    return None if value is None else Fraction(str(value))


def key(value: Any) -> str:
    """An id as text; blank for none."""
    return "" if value is None else str(uuid.UUID(str(value)))


def read_json(value: Any) -> Any:
    """JSON, which a driver may have read already."""
    return json.loads(value) if isinstance(value, str) else value


def instant(value: Any) -> datetime.datetime | None:
    """A moment with its zone; SQLite keeps them in UTC without one."""
    if isinstance(value, str):
        value = datetime.datetime.fromisoformat(value)
    if value is not None and value.tzinfo is None:
        value = value.replace(tzinfo=datetime.UTC)
    return value  # type: ignore[no-any-return]


def day(value: Any) -> datetime.date | None:
    """A day."""
    return datetime.date.fromisoformat(value) if isinstance(value, str) else value


@dataclass(slots=True)
class Verdict:
    """A judgement of some words, and what these had promised at first."""

    source: str
    verdict: str
    at: datetime.datetime | None
    independent: bool
    on_today: bool
    other_wording: bool
    same_text: bool
    said: "Said"
    promised: "Said"
    names: dict[str, Sequence[str]]
    criterion: str
    # Of a measurement: its value, and the measure that says what is better.
    measured: tuple[Fraction, Row] | None


@dataclass(slots=True)
class Said:
    """What a revision answers, as a whole or by list and value."""

    availability: str
    available_from: datetime.date | None
    means: dict[str, dict[str, Any]] | None
    environments: Sequence[str]
    number: Any
    text: tuple[str, str]

    def of(self, value: tuple[str, str] | None) -> tuple[str, Any] | None:
        """Availability and day for one value; None if it says nothing of it."""
        if value is None:
            return self.availability, self.available_from
        if self.means is not None:
            found = self.means.get(value[0], {}).get(value[1])
            return found and (found[0], day(found[1]))
        named = value[1] in self.environments
        never = self.availability == "never" and not self.environments
        return (self.availability, self.available_from) if named or never else None


@dataclass(slots=True)
class CellFacts:
    """A candidate and a requirement."""

    said: Said | None = None
    by_vendor: bool = False
    stale: bool = False
    verdicts: list[Verdict] = field(default_factory=list)
    ruled_out: Any = None
    excused: Any = None
    # Whether some trial verdict waits for the vendor's reply.
    awaits_reply: bool = False


@dataclass(slots=True)
class Facts:
    """One evaluation."""

    evaluation: Row
    as_of: datetime.date
    categories: list[Row]
    requirements: list[Row]
    candidates: list[Row]
    cells: dict[tuple[str, str], CellFacts]
    scores: dict[str, dict[str, list[Fraction]]]
    settled: dict[str, dict[str, Fraction]]
    consensus: bool
    role_weights: dict[str, dict[str, Fraction]]
    cost_lines: dict[str, list[Row]]
    price_items: list[Row]
    rates: dict[str, Fraction]
    criteria: list[Row]
    all_criteria: list[Row]
    gaps: list[Row]
    open_conditions: int
    metrics: dict[Any, str]
    runs: dict[str, list[Row]]
    sign_off_rules: list[Row]
    sign_offs: list[Row]
    memo: Any


class Reader:
    """Rows as dictionaries, of a cursor of either database."""

    def __init__(self, cursor: Any) -> None:
        self.cursor = cursor

    def rows(self, sql: str, *values: Any) -> list[Row]:
        self.cursor.execute(sql, values)
        names = [column[0] for column in self.cursor.description]
        return [dict(zip(names, row, strict=True)) for row in self.cursor.fetchall()]


def read_facts(cursor: Any, slug: str, today: datetime.date) -> Facts:
    """All that is counted of an evaluation; a decided one as of its memo's day."""
    reader = Reader(cursor)
    (where,) = reader.rows("SELECT * FROM evaluations_evaluation WHERE slug = %s", slug)
    own = where["id"]
    of_own = "WHERE evaluation_id = %s"
    categories = reader.rows(
        f"SELECT * FROM evaluations_category {of_own} ORDER BY position, name", own
    )
    names = {row["id"]: row["name"] for row in categories}
    requirements = reader.rows(
        "SELECT q.* FROM evaluations_requirement q "
        "JOIN evaluations_category g ON g.id = q.category_id "
        "WHERE q.evaluation_id = %s AND q.retired_at IS NULL "
        "ORDER BY g.position, q.position, q.ref",
        own,
    )
    demanded = demanded_values(reader, own)
    for row in requirements:
        row["category"] = names[row["category_id"]]
        row["values"] = demanded.get(row["id"]) or [None]
        row["measure"] = read_json(row["measure"])
    candidates = reader.rows(
        f"SELECT * FROM vendors_candidate {of_own} ORDER BY name, id", own
    )
    decision = reader.rows(
        f"SELECT memo, decided_at FROM workflow_decision {of_own}", own
    )
    memo = read_json(decision[0]["memo"]) if decision and decision[0]["memo"] else None
    as_of = datetime.date.fromisoformat(memo["inputs"]["as_of"]) if memo else today
    scores, settled, opened = people(reader, own, names)
    every_criterion = criteria(reader, own)
    return Facts(
        evaluation=where,
        as_of=as_of,
        categories=categories,
        requirements=requirements,
        candidates=[{**row, "id": key(row["id"])} for row in candidates],
        cells=read_cells(reader, own, requirements),
        scores=scores,
        settled=settled,
        consensus=opened,
        role_weights=weights_of_roles(reader, own, names),
        cost_lines=lines(reader, own),
        price_items=[
            {**row, "for_kinds": read_json(row["for_kinds"])}
            for row in reader.rows(f"SELECT * FROM vendors_priceitem {of_own}", own)
        ],
        rates={
            row["currency"]: number(row["rate"]) or Fraction(0)
            for row in reader.rows(f"SELECT * FROM vendors_exchangerate {of_own}", own)
        },
        criteria=[row for row in every_criterion if row["is_owed"]],
        all_criteria=every_criterion,
        gaps=[
            {**row, "candidate_id": key(row["candidate_id"])}
            for row in reader.rows(
                "SELECT t.candidate_id, g.closed_at FROM trials_gap g "
                "JOIN trials_trial t ON t.id = g.trial_id "
                "JOIN vendors_candidate k ON k.id = t.candidate_id "
                "WHERE k.evaluation_id = %s",
                own,
            )
        ],
        open_conditions=len(
            reader.rows(
                "SELECT c.id FROM stakeholders_condition c "
                "JOIN stakeholders_signoff s ON s.id = c.sign_off_id "
                "JOIN evaluations_visit v ON v.id = s.visit_id "
                "WHERE v.evaluation_id = %s AND c.closed_at IS NULL",
                own,
            )
        ),
        metrics={
            row["id"]: row["name"]
            for row in reader.rows(f"SELECT * FROM evaluations_metric {of_own}", own)
        },
        runs=runs(reader, own),
        sign_off_rules=reader.rows(
            f"SELECT * FROM stakeholders_signoffrule {of_own}", own
        ),
        sign_offs=reader.rows(
            "SELECT s.*, v.number AS visit, v.stage, v.round AS now, d.sha256 "
            "FROM stakeholders_signoff s "
            "JOIN evaluations_visit v ON v.id = s.visit_id "
            "JOIN stakeholders_signeddocument d ON d.id = s.document_id "
            "WHERE v.evaluation_id = %s ORDER BY s.signed_at",
            own,
        ),
        memo=memo,
    )


def demanded_values(reader: Reader, own: Any) -> dict[Any, list[tuple[str, str]]]:
    """By requirement the values in which it must hold."""
    demanded: dict[Any, list[tuple[str, str]]] = defaultdict(list)
    for row in reader.rows(
        "SELECT d.requirement_id, s.name AS list_name, v.name AS value "
        "FROM evaluations_demand d JOIN evaluations_scope s ON s.id = d.scope_id "
        "JOIN evaluations_scopevalue v ON v.scope_id = s.id "
        "WHERE s.evaluation_id = %s AND v.retired_at IS NULL "
        "ORDER BY s.position, s.name, v.position, v.name",
        own,
    ):
        demanded[row["requirement_id"]].append((row["list_name"], row["value"]))
    return demanded


def read_cells(
    reader: Reader, own: Any, requirements: list[Row]
) -> dict[tuple[str, str], CellFacts]:
    """By candidate and ref what was answered, found, ruled and excused."""
    cells: dict[tuple[str, str], CellFacts] = defaultdict(CellFacts)
    wording = {row["id"]: row for row in requirements}
    said: dict[Any, Said] = {}
    revisions: dict[Any, int] = {}
    standing: dict[tuple[str, str], Any] = {}
    for row in reader.rows(
        "SELECT c.* FROM vendors_claim c JOIN vendors_candidate k "
        "ON k.id = c.candidate_id WHERE k.evaluation_id = %s ORDER BY c.revision",
        own,
    ):
        holds_for = read_json(row["holds_for"])
        said[row["id"]] = Said(
            row["availability"],
            day(row["available_from"]),
            holds_for["means"] if holds_for else None,
            read_json(row["environments"]) or [],
            read_json(row["number"]) or {},
            (row["statement"], row["evidence_url"]),
        )
        revisions[row["id"]] = row["requirement_revision"]
        asked = wording.get(row["requirement_id"])
        if asked is None:
            continue
        place = key(row["candidate_id"]), asked["ref"]
        if row["superseded_at"] is None:
            standing[place] = row["id"]
            cell = cells[place]
            cell.said = said[row["id"]]
            cell.by_vendor = bool(row["by_vendor"])
            cell.stale = row["requirement_revision"] != asked["revision"]
    judged_first: dict[Any, Said] = {}
    for row in reader.rows(
        "SELECT e.*, c.candidate_id, c.requirement_id, "
        "r.named_values AS criterion_names, s.named_values AS item_names, "
        "m.value AS measured, m.measure AS by_measure, b.id AS taken_back "
        "FROM trials_evidence e "
        "LEFT JOIN trials_takenback b ON b.evidence_id = e.id "
        "LEFT JOIN trials_measurement m ON m.evidence_id = e.id "
        "JOIN vendors_claim c ON c.id = e.claim_id "
        "JOIN vendors_candidate k ON k.id = c.candidate_id "
        "LEFT JOIN trials_criterion r ON r.id = e.criterion_id "
        "LEFT JOIN trials_scriptitem s ON s.id = e.script_item_id "
        "WHERE k.evaluation_id = %s ORDER BY e.recorded_at, e.id",
        own,
    ):
        words = said[row["claim_id"]]
        first = judged_first.get(row["reconfirms_id"], words)
        judged_first[row["id"]] = first
        asked = wording.get(row["requirement_id"])
        if asked is None or row["taken_back"]:
            continue
        place = key(row["candidate_id"]), asked["ref"]
        cell = cells[place]
        today = cell.said
        by_vendor = row["runner"] == "vendor" and row["data"] == "vendor"
        own_names = read_json(row["named_values"]) or {}
        more = read_json(row["criterion_names"] or row["item_names"] or "{}") or {}
        cell.verdicts.append(
            Verdict(
                source="demo"
                if row["source"] == "trial" and by_vendor
                else row["source"],
                verdict=row["verdict"],
                at=instant(row["recorded_at"]),
                independent=bool(row["independent"]),
                on_today=standing.get(place) == row["claim_id"],
                other_wording=revisions[row["claim_id"]] != asked["revision"],
                same_text=today is not None
                and (words.text, words.number) == (today.text, today.number),
                said=words,
                promised=first,
                names={**more, **own_names},
                criterion=key(row["criterion_id"]),
                measured=(Fraction(row["measured"]), read_json(row["by_measure"]))
                if row["measured"]
                else None,
            )
        )
    rulings(reader, own, wording, cells)
    return cells


def rulings(reader: Reader, own: Any, wording: Row, cells: Any) -> None:
    """What is not applicable, excused, or waits for a reply."""
    among = (
        "JOIN vendors_candidate k ON k.id = x.candidate_id WHERE k.evaluation_id = %s"
    )
    for row in reader.rows(f"SELECT x.* FROM vendors_ruling x {among}", own):
        if asked := wording.get(row["requirement_id"]):
            place = key(row["candidate_id"]), asked["ref"]
            cells[place].ruled_out = read_json(row["named_values"]) or True
    for row in reader.rows(
        f"SELECT x.* FROM trials_excuse x {among} AND x.withdrawn_at IS NULL", own
    ):
        if asked := wording.get(row["requirement_id"]):
            place = key(row["candidate_id"]), asked["ref"]
            cells[place].excused = read_json(row["named_values"]) or True
    for row in reader.rows(
        "SELECT g.*, t.candidate_id, c.requirement_id AS of_claim FROM trials_gap g "
        "JOIN trials_trial t ON t.id = g.trial_id "
        "JOIN vendors_candidate k ON k.id = t.candidate_id "
        "JOIN trials_evidence e ON e.id = g.evidence_id "
        "JOIN vendors_claim c ON c.id = e.claim_id "
        "WHERE k.evaluation_id = %s AND g.reply_at IS NULL AND g.closed_at IS NULL "
        "AND c.superseded_at IS NULL",
        own,
    ):
        until = instant(row["reply_until"])
        now = datetime.datetime.now(datetime.UTC)
        asked = wording.get(row["of_claim"])
        if asked and until and until > now:
            cells[key(row["candidate_id"]), asked["ref"]].awaits_reply = True


def people(reader: Reader, own: Any, names: Row) -> Any:
    """Locked scores of whoever has no interest that bars them, and settlements."""
    barred = {
        row["person_id"]
        for row in reader.rows(
            "SELECT x.person_id FROM vendors_conflict x JOIN vendors_candidate k "
            "ON k.id = x.candidate_id WHERE k.evaluation_id = %s AND x.has_interest "
            "AND x.cleared_at IS NULL AND x.replaced_at IS NULL",
            own,
        )
    }
    scores: Any = defaultdict(lambda: defaultdict(list))
    for row in reader.rows(
        "SELECT x.*, p.user_id FROM trials_score x "
        "JOIN trials_scoresheet s ON s.id = x.sheet_id "
        "JOIN stakeholders_stakeholder p ON p.id = s.stakeholder_id "
        "WHERE p.evaluation_id = %s AND s.locked_at IS NOT NULL",
        own,
    ):
        if row["user_id"] not in barred:
            category = names[row["category_id"]]
            scores[key(row["candidate_id"])][category].append(Fraction(row["value"]))
    settled: Any = defaultdict(dict)
    opened = reader.rows("SELECT * FROM trials_consensus WHERE evaluation_id = %s", own)
    for row in reader.rows(
        "SELECT x.* FROM trials_settlement x JOIN trials_consensus c "
        "ON c.id = x.consensus_id WHERE c.evaluation_id = %s",
        own,
    ):
        category = names[row["category_id"]]
        settled[key(row["candidate_id"])][category] = number(row["value"])
    return scores, settled, bool(opened)


def weights_of_roles(reader: Reader, own: Any, names: Row) -> Any:
    """By role what it weighs each category."""
    weights: Any = defaultdict(dict)
    for row in reader.rows(
        "SELECT * FROM stakeholders_roleweight WHERE evaluation_id = %s", own
    ):
        weights[row["role"]][names[row["category_id"]]] = Fraction(row["weight"])
    return weights


def lines(reader: Reader, own: Any) -> dict[str, list[Row]]:
    """By candidate its cost lines."""
    found: dict[str, list[Row]] = defaultdict(list)
    for row in reader.rows(
        "SELECT l.* FROM vendors_costline l JOIN vendors_candidate k "
        "ON k.id = l.candidate_id WHERE k.evaluation_id = %s",
        own,
    ):
        for name in ("low", "likely", "high", "quantity", "rate"):
            row[name] = number(row[name])
        row["tiers"] = read_json(row["tiers"]) or []
        found[key(row["candidate_id"])].append(row)
    return found


def criteria(reader: Reader, own: Any) -> list[Row]:
    """Criteria of all trials: whether they have a verdict on words that stand, and
    whether one is owed, as their trial goes on."""
    rows = reader.rows(
        "SELECT r.*, t.candidate_id, q.ref, t.closed_at "
        "FROM trials_criterion r JOIN trials_trial t ON t.id = r.trial_id "
        "JOIN vendors_candidate k ON k.id = t.candidate_id "
        "JOIN evaluations_requirement q ON q.id = r.requirement_id "
        "WHERE k.evaluation_id = %s",
        own,
    )
    judged = {
        row["criterion_id"]
        for row in reader.rows(
            "SELECT e.criterion_id FROM trials_evidence e "
            "JOIN vendors_claim c ON c.id = e.claim_id "
            "WHERE e.criterion_id IS NOT NULL AND c.superseded_at IS NULL "
            "AND e.id NOT IN (SELECT evidence_id FROM trials_takenback)"
        )
    }
    for row in rows:
        row["candidate_id"] = key(row["candidate_id"])
        row["measure"] = read_json(row["measure"])
        row["is_judged"] = row["id"] in judged
        row["is_owed"] = not row["is_judged"] and row["closed_at"] is None
    return rows


def runs(reader: Reader, own: Any) -> dict[str, list[Row]]:
    """By criterion its runs, with commit and environment of their report."""
    found: dict[str, list[Row]] = defaultdict(list)
    out = {
        row["run_id"] or row["report_id"]
        for row in reader.rows(
            "SELECT * FROM trials_leftout WHERE taken_back_at IS NULL"
        )
    }
    for row in reader.rows(
        'SELECT u.*, p."commit" AS of_commit, p.environment AS of_environment '
        "FROM trials_run u JOIN trials_runreport p ON p.id = u.report_id "
        "JOIN trials_trial t ON t.id = p.trial_id "
        "JOIN vendors_candidate k ON k.id = t.candidate_id "
        "WHERE k.evaluation_id = %s ORDER BY u.id",
        own,
    ):
        row["number"] = number(row["number"])
        row["left_out"] = row["id"] in out or row["report_id"] in out
        found[key(row["criterion_id"])].append(row)
    return found
