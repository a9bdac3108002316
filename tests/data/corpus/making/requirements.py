"""Lists of requirements: headings, references, priorities."""

import datetime
from typing import Any

from openpyxl.comments import Comment
from openpyxl.styles import Font, PatternFill

from tests.data.corpus.making.case import Case, book, table, workbook

HEADS = ["ID", "Requirement", "Priority"]
SECTIONED = [
    HEADS,
    ["1 Data collection"],
    ["1.1", "Reads CSV", "must"],
    ["1.2", "Reads Parquet", "should"],
    ["2 Training"],
    ["2.1", "Trains on GPUs", "must"],
]
IN_SECTIONS = [
    {"ref": "1.1", "text": "Reads CSV", "category": "1 Data collection"},
    {"ref": "1.2", "text": "Reads Parquet", "category": "1 Data collection"},
    {"ref": "2.1", "text": "Trains on GPUs", "category": "2 Training"},
]
PLAIN = [HEADS, ["R1", "Reads CSV", "must"], ["R2", "Trains on GPUs", "should"]]
BOTH = [{"ref": "R1", "text": "Reads CSV"}, {"ref": "R2", "text": "Trains on GPUs"}]


def case(name: str, content: bytes, why: str, finding: str = "", **more: Any) -> Case:
    return Case(
        name=f"requirements_{name}",
        kind="requirements",
        content=content,
        why=why,
        finding=finding,
        **more,
    )


def merged_headings(sheet: Any) -> None:
    for row in (2, 5):
        sheet.merge_cells(start_row=row, end_row=row, start_column=1, end_column=3)


def ranked(*words: Any) -> bytes:
    """A list with these words in its column of priorities."""
    rows = [[f"R{place}", f"Need {place}", it] for place, it in enumerate(words, 1)]
    return table([HEADS, *rows])


def as_ranked(*priorities: str) -> list[dict[str, str]]:
    return [
        {"ref": f"R{place}", "priority": it} for place, it in enumerate(priorities, 1)
    ]


HEADINGS = [
    case(
        "merged_headings.xlsx",
        book(SECTIONED, merged_headings),
        "a heading is the category of the rows below",
        "L4",
        comes=IN_SECTIONS,
    ),
    case(
        "headings.csv",
        table(SECTIONED),
        "the same without merged cells",
        "L4",
        comes=IN_SECTIONS,
    ),
    case(
        "headings_of_two_levels.csv",
        table(
            [
                HEADS,
                ["A", "Functional", ""],
                ["A.1", "Search", ""],
                ["A.1.1", "Finds words", "must"],
                ["A.1.2", "Finds parts of words", "could"],
                ["A.2", "Export", ""],
                ["A.2.1", "Writes CSV", "must"],
                ["B", "Operation", ""],
                ["B.1", "Backup", ""],
                ["B.1.1", "Backs up each night", "must"],
            ]
        ),
        "numbers tell what is a heading of what",
        "I6",
        comes=[
            {"ref": "A.1.1", "category": "Functional / Search"},
            {"ref": "A.1.2", "category": "Functional / Search"},
            {"ref": "A.2.1", "category": "Functional / Export"},
            {"ref": "B.1.1", "category": "Operation / Backup"},
        ],
    ),
    case(
        "headings_with_a_number.csv",
        table(
            [
                ["#", "Description", "1", "2", "3"],
                ["V1", "Architecture", "", "", ""],
                ["1.1", "All parts are known", "✓", "✓", "✓"],
                ["1.2", "All libraries are known", "", "✓", "✓"],
                ["V2", "Authentication", "", "", ""],
                ["2.1", "Pages need a login", "✓", "✓", "✓"],
            ]
        ),
        "rows that only name a chapter are no requirements",
        "I6",
        mentions=["2"],
        comes=[
            {"ref": "1.1", "category": "Architecture"},
            {"ref": "1.2", "category": "Architecture"},
            {"ref": "2.1", "category": "Authentication"},
        ],
    ),
    case(
        "a_total.csv",
        table(
            [
                ["ID", "Requirement", "Weight"],
                ["R1", "Reads CSV", "6"],
                ["R2", "Trains on GPUs", "4"],
                ["Total", "", "10"],
            ]
        ),
        "a sum keeps the whole file out",
        "I6",
        mentions=["total"],
        comes=[{"ref": "R1", "weight": 6}, {"ref": "R2", "weight": 4}],
    ),
    case(
        "repeated_heads.csv",
        table([*PLAIN, [], HEADS, ["R3", "Exports", "could"]]),
        "the names of the columns stand on each page",
        "I6",
        comes=[*BOTH, {"ref": "R3", "text": "Exports"}],
    ),
    case(
        "a_row_left_out.csv",
        table([*PLAIN, ["", "to be discussed with Ann", ""]]),
        "one row has no reference, the others are good",
        "I6",
        knows={"leave out": "refused rows"},
        mentions=["1"],
        comes=BOTH,
    ),
    case(
        "two_rows_of_names.xlsx",
        book(
            [
                ["Requirement", "", "Rating", ""],
                ["ID", "Text", "Priority", "Weight"],
                ["R1", "Reads CSV", "must", 5],
            ],
            lambda sheet: [sheet.merge_cells(it) for it in ("A1:B1", "C1:D1")],
        ),
        "a row of groups above the names",
        "I11",
        comes=[{"ref": "R1", "text": "Reads CSV", "priority": "must", "weight": 5}],
    ),
    case(
        "names_in_two_rows.xlsx",
        book(
            [
                ["Requirement", "Requirement", "Priority"],
                ["ID", "text", ""],
                ["R1", "Reads CSV", "must"],
            ],
            lambda sheet: sheet.merge_cells("C1:C2"),
        ),
        "each name is made of two rows",
        "I11",
        comes=[{"ref": "R1", "text": "Reads CSV", "priority": "must"}],
    ),
    case(
        "merged_beside_the_table.xlsx",
        book(
            [[*HEADS, "Filled in by us", ""], ["R1", "Reads CSV", "must", "a", "b"]],
            lambda sheet: sheet.merge_cells("D1:E1"),
        ),
        "a merged cell over columns that nobody needs",
        "I11",
        mentions=["filled in by us"],
        comes=[{"ref": "R1", "text": "Reads CSV"}],
    ),
]
REFS = [
    case(
        "no_refs.csv",
        table([["Requirement"], ["Reads CSV files of any size that fit on the disk"]]),
        "texts without references get numbers",
        "I14",
        knows={"number": "yes"},
        comes=[{"text": "Reads CSV files of any size that fit on the disk"}],
    ),
    case(
        "some_refs_missing.csv",
        table([HEADS, ["R1", "Reads CSV", "must"], ["", "Trains on GPUs", "must"]]),
        "one row without a reference gets a number",
        "I14",
        knows={"number": "yes"},
        comes=[{"ref": "R1", "text": "Reads CSV"}, {"text": "Trains on GPUs"}],
    ),
    case(
        "refs_in_the_text.csv",
        table(
            [
                ["Control"],
                ["GV.OC-01: The mission is understood"],
                ["GV.OC-02: Stakeholders are known"],
            ]
        ),
        "a reference stands before the text",
        "I14",
        knows={"columns": {"Control": "text"}},
        comes=[
            {"ref": "GV.OC-01", "text": "The mission is understood"},
            {"ref": "GV.OC-02", "text": "Stakeholders are known"},
        ],
    ),
    case(
        "refs_that_became_days.xlsx",
        book(
            [
                HEADS,
                ["1.1", "Reads CSV", "must"],
                [datetime.date(2026, 2, 1), "Trains on GPUs", "must"],
            ]
        ),
        "Excel made a day of 1.2",
        "I14",
        refused="row 3, column A",
    ),
    case(
        "refs_that_are_numbers.xlsx",
        book([HEADS, [1.1, "Reads CSV", "must"], [1.2, "Trains on GPUs", "must"]]),
        "1.10 and 1.1 are one number",
        mentions=["1.10"],
        comes=[{"ref": "1.1", "text": "Reads CSV"}, {"ref": "1.2"}],
    ),
    case(
        "one_ref_twice.csv",
        table([*PLAIN, ["R1", "Exports", "must"]]),
        "one reference for two texts",
        refused="R1",
    ),
]
WORDS = [
    case(
        "high_and_low.csv",
        ranked("High", "Medium", "Low", "High"),
        "words that are asked once",
        "I13",
        knows={"words": {"High": "must", "Medium": "should", "Low": "could"}},
        comes=as_ranked("must", "should", "could", "must"),
    ),
    case(
        "levels.csv",
        ranked("1", "2", "3"),
        "levels are asked once",
        "I13",
        knows={"words": {"1": "must", "2": "should", "3": "could"}},
        comes=as_ranked("must", "should", "could"),
    ),
    case(
        "muss_soll_kann.csv",
        ranked("Muss", "Soll", "Kann"),
        "another language is asked once",
        "I13",
        knows={"words": {"Muss": "must", "Soll": "should", "Kann": "could"}},
        comes=as_ranked("must", "should", "could"),
    ),
    case(
        "moscow_letters.csv",
        ranked("M", "S", "C", "W"),
        "what they will not have is left out",
        "I13",
        knows={"words": {"W": "leave out"}},
        mentions=["1"],
        comes=as_ranked("must", "should", "could"),
    ),
    case(
        "words_nobody_answered.csv",
        ranked("High", "Low"),
        "no priority is guessed",
        "I13",
        refused="High",
    ),
    case(
        "shares_as_weights.csv",
        table(
            [["ID", "Requirement", "Weight"], ["R1", "A", "40%"], ["R2", "B", "60%"]]
        ),
        "weights go from 0 to 10",
        mentions=["shares"],
        comes=[{"ref": "R1"}, {"ref": "R2"}],
    ),
    case(
        "names_of_their_own.csv",
        table([["Kennung", "Anforderung"], ["R1", "Liest CSV"]], ";"),
        "the columns are shown by hand",
        knows={"columns": {"Kennung": "ref", "Anforderung": "text"}},
        comes=[{"ref": "R1", "text": "Liest CSV"}],
    ),
]


def struck(sheet: Any) -> None:
    for cell in sheet[3]:
        cell.font = Font(strike=True)


def coloured(sheet: Any) -> None:
    for cell in sheet[3]:
        cell.fill = PatternFill("solid", fgColor="FFFF00")


def noted(sheet: Any) -> None:
    sheet["B2"].comment = Comment("Only small ones", "Ann")


def hidden_row(sheet: Any) -> None:
    sheet.row_dimensions[3].hidden = True


def hidden_column(sheet: Any) -> None:
    sheet.column_dimensions["C"].hidden = True


def cover(made: Any) -> None:
    sheet = made.active
    sheet.title = "Read me"
    for line in (["Request for proposals"], ["Name", "Example Foods"], ["Key", "17"]):
        sheet.append(line)
    other = made.create_sheet("Needs")
    for row in PLAIN:
        other.append(row)


def old_sheet(made: Any) -> None:
    for row in PLAIN:
        made.active.append(row)
    other = made.create_sheet("Old")
    other.append(HEADS)
    other.append(["R9", "Left from last year", "must"])
    other.sheet_state = "hidden"


SHOWN = [
    case(
        "struck_out.xlsx",
        book(PLAIN, struck),
        "what is struck out comes in, and is named",
        "I5",
        mentions=["struck"],
        comes=BOTH,
    ),
    case(
        "coloured.xlsx",
        book(PLAIN, coloured),
        "a colour says something that is not read",
        "I5",
        mentions=["colour"],
        comes=BOTH,
    ),
    case(
        "comments.xlsx",
        book(PLAIN, noted),
        "a comment on a cell is not read",
        "I5",
        mentions=["comment", "1"],
        comes=BOTH,
    ),
    case(
        "hidden_rows.xlsx",
        book(PLAIN, hidden_row),
        "a hidden row comes in, and is named",
        "I5",
        mentions=["hidden"],
        comes=BOTH,
    ),
    case(
        "hidden_columns.xlsx",
        book(PLAIN, hidden_column),
        "a hidden column is read, and is named",
        "I5",
        mentions=["hidden"],
        comes=BOTH,
    ),
    case(
        "a_cover.xlsx",
        workbook(cover),
        "the first sheet is a cover",
        "L8",
        mentions=["read me"],
        comes=BOTH,
    ),
    case(
        "a_hidden_sheet.xlsx",
        workbook(old_sheet),
        "a hidden sheet is not read, and is named",
        mentions=["hidden", "old"],
        comes=BOTH,
    ),
]
CASES = [*HEADINGS, *REFS, *WORDS, *SHOWN]
