"""The floor of the matrix: fetch the same cells with psycopg and join strings.

It knows no rule: no standing, no fit, no re-confirmation, no rights and no frame. Of
each cell it takes the availability that was claimed and the newest verdicts of a demo
and a trial, and writes what the product writes of them, escaped. `/SLUG/` is HTML,
`/SLUG/xlsx/` a workbook of raw XML in a zip.
"""

import io
import os
import zipfile
from collections.abc import Callable, Iterator, Sequence
from html import escape
from itertools import count
from typing import Any

import psycopg

REQUIREMENTS = """
    SELECT r.id::text, r.ref, r.text, r.priority, c.name, r.weight
    FROM evaluations_requirement r
    JOIN evaluations_evaluation e ON e.id = r.evaluation_id
    JOIN evaluations_category c ON c.id = r.category_id
    WHERE e.slug = %s AND r.retired_at IS NULL ORDER BY r.position"""
CANDIDATES = """
    SELECT c.id::text, c.name FROM vendors_candidate c
    JOIN evaluations_evaluation e ON e.id = c.evaluation_id
    WHERE e.slug = %s ORDER BY c.name"""
CLAIMS = """
    SELECT candidate_id::text, requirement_id::text, availability FROM vendors_claim
    WHERE candidate_id = ANY(%s::uuid[]) AND superseded_at IS NULL"""
VERDICTS = """
    SELECT c.candidate_id::text, c.requirement_id::text, v.source, v.verdict
    FROM trials_evidence v JOIN vendors_claim c ON c.id = v.claim_id
    WHERE c.candidate_id = ANY(%s::uuid[]) AND c.superseded_at IS NULL
    ORDER BY v.recorded_at"""

_connection = psycopg.connect(os.environ["DATABASE_URL"], autocommit=True)


def application(
    environ: dict[str, Any], start_response: Callable[..., object]
) -> list[bytes]:
    """Answer with the matrix of the evaluation that the path names."""
    slug, _, kind = environ["PATH_INFO"].strip("/").partition("/")
    if not slug:
        start_response("404 Not Found", [("Content-Length", "0")])
        return [b""]
    with _connection.cursor() as cursor:
        rows = cursor.execute(REQUIREMENTS, [slug]).fetchall()
        columns = cursor.execute(CANDIDATES, [slug]).fetchall()
        ids = [column for column, _ in columns]
        claims = cursor.execute(CLAIMS, [ids]).fetchall()
        verdicts = cursor.execute(VERDICTS, [ids]).fetchall()
    said = {(candidate, row): word for candidate, row, word in claims}
    found: dict[str, dict[tuple[str, str], str]] = {
        "research": {},
        "demo": {},
        "trial": {},
    }
    for candidate, row, source, verdict in verdicts:
        found[source][candidate, row] = verdict
    marks = (said, found["demo"], found["trial"])
    body = (as_xlsx if kind == "xlsx" else as_html)(rows, columns, marks)
    start_response("200 OK", [("Content-Length", str(len(body)))])
    return [body]


type Marks = tuple[dict[tuple[str, str], str], ...]
type Rows = Sequence[tuple[Any, ...]]


def as_html(rows: Rows, columns: Rows, marks: Marks) -> bytes:
    """A table row for each requirement, a cell for each candidate."""
    said, shown, tested = marks
    names = [(column, escape(name)) for column, name in columns]
    parts = ["<!doctype html><table>"]
    for pk, ref, text, priority, _, _ in rows:
        ref = escape(ref)
        parts.append(
            f'<tr id="requirement-{pk}"><th>{ref} {priority} {escape(text)}</th>'
        )
        for candidate, name in names:
            place = (candidate, pk)
            claim = said.get(place, "no claim")
            demo = shown.get(place, "no demo")
            trial = tested.get(place, "no trial")
            parts.append(
                f'<td><a class="mx-cell" href="/admin/cells/{candidate}/{pk}/" '
                f'aria-label="{name}, {ref}: claimed {claim}; shown {demo}; tested '
                f'{trial}"><span class="et-mark et-mark--calm"><i class="et-glyph '
                f'et-glyph--empty" aria-hidden="true"></i>{claim}</span><span class='
                f'"et-mark et-mark--calm"><i class="et-glyph et-glyph--empty" '
                f'aria-hidden="true"></i>{demo}</span><span class="et-mark et-mark--'
                f'calm"><i class="et-glyph et-glyph--empty" aria-hidden="true"></i>'
                f"{trial}</span></a></td>"
            )
        parts.append("</tr>")
    parts.append("</table>")
    return "".join(parts).encode()


def as_xlsx(rows: Rows, columns: Rows, marks: Marks) -> bytes:
    """A workbook with the claim, the demo, the trial and a word for each candidate."""
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as book:
        for name, content in PARTS.items():
            book.writestr(name, f'<?xml version="1.0" encoding="UTF-8"?>{content}')
        with book.open("xl/worksheets/sheet1.xml", "w") as sheet:
            sheet.write(f'<worksheet xmlns="{MAIN}"><sheetData>'.encode())
            for number, line in zip(count(1), lines(rows, columns, marks)):
                cells = "".join(
                    f'<c r="{name}{number}" t="inlineStr"><is><t>{escape(text)}</t>'
                    "</is></c>"
                    for name, text in zip(NAMES, line, strict=False)
                    if text
                )
                sheet.write(f'<row r="{number}">{cells}</row>'.encode())
            sheet.write(b"</sheetData></worksheet>")
    return stream.getvalue()


def lines(rows: Rows, columns: Rows, marks: Marks) -> Iterator[list[str]]:
    """The words of each row, as many as the product writes."""
    ids = [candidate for candidate, _ in columns]
    for pk, ref, text, priority, category, weight in rows:
        line = [ref, category, text, priority, str(weight)]
        for candidate in ids:
            line += [mark.get((candidate, pk), "") for mark in marks]
            line.append("Claimed")
        yield line


def _letters(number: int) -> str:
    more, last = divmod(number, 26)
    return (_letters(more - 1) if more else "") + chr(65 + last)


NAMES = [_letters(number) for number in range(5 + 4 * 60)]
OPEN = "http://schemas.openxmlformats.org/"
MAIN = f"{OPEN}spreadsheetml/2006/main"
OFFICE = f"{OPEN}officeDocument/2006/relationships"
KIND = "application/vnd.openxmlformats-officedocument.spreadsheetml"
PARTS = {
    "[Content_Types].xml": f'<Types xmlns="{OPEN}package/2006/content-types">'
    '<Default Extension="rels" ContentType='
    '"application/vnd.openxmlformats-package.relationships+xml"/>'
    f'<Override PartName="/xl/workbook.xml" ContentType="{KIND}.sheet.main+xml"/>'
    '<Override PartName="/xl/worksheets/sheet1.xml" '
    f'ContentType="{KIND}.worksheet+xml"/></Types>',
    "_rels/.rels": f'<Relationships xmlns="{OPEN}package/2006/relationships">'
    f'<Relationship Id="rId1" Type="{OFFICE}/officeDocument" '
    'Target="xl/workbook.xml"/></Relationships>',
    "xl/workbook.xml": f'<workbook xmlns="{MAIN}" xmlns:r="{OFFICE}"><sheets>'
    '<sheet name="Matrix" sheetId="1" r:id="rId1"/></sheets></workbook>',
    "xl/_rels/workbook.xml.rels": "<Relationships "
    f'xmlns="{OPEN}package/2006/relationships"><Relationship Id="rId1" '
    f'Type="{OFFICE}/worksheet" Target="worksheets/sheet1.xml"/></Relationships>',
}
