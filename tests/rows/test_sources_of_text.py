"""Separated text comes in as its writer saw it, or says why not."""

import pytest

from evaltracker.rows.guards import (
    MOST_COLUMNS,
    MOST_FILE_BYTES,
    MOST_ROWS,
    Unreadable,
)
from evaltracker.rows.sources import read_table

TABLE = "ref,text\nR1,Größe und Café\nR2,“quoted” – €5\n"


def cells(content: bytes, name: str = "r.csv") -> list[list[str]]:
    sheet = read_table(content, name).sheets[0]
    return [list(row.cells) for row in sheet.rows]


EXPECTED = [["ref", "text"], ["R1", "Größe und Café"], ["R2", "“quoted” – €5"]]


@pytest.mark.parametrize(
    "encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-32", "cp1252", "utf-16-le"]
)
def test_usual_encodings_are_read(encoding: str) -> None:
    assert cells(TABLE.encode(encoding)) == EXPECTED


def test_another_encoding_is_told() -> None:
    book = read_table(TABLE.encode("cp1252"), "r.csv")
    assert "Windows-1252" in book.remarks[0]


@pytest.mark.parametrize(
    ("text", "encoding"),
    [
        ("ref;text\nR1;Требование к системе\nR2;Поддержка клиентов\n", "cp1251"),
        ("ref,text\nR1,日本語のテキストです\n", "shift_jis"),
        ("ref;text\nR1;Zażółć gęślą jaźń\n", "cp1250"),
    ],
)
def test_other_alphabets_are_recognised(text: str, encoding: str) -> None:
    word = text.split("\n")[1][3:]
    assert cells(text.encode(encoding))[1][1] == word


@pytest.mark.parametrize("separator", [",", ";", "\t", "|"])
def test_separators_are_told_apart(separator: str) -> None:
    text = f'ref{separator}text\nR1{separator}"a, b; c | d"\nR2{separator}x\n'
    assert cells(text.encode()) == [["ref", "text"], ["R1", "a, b; c | d"], ["R2", "x"]]


def test_a_line_that_names_the_separator_is_no_row() -> None:
    sheet = read_table(b"sep=;\nref;text\nR1;a,b\n", "r.csv").sheets[0]
    assert [row.number for row in sheet.rows] == [1, 2]


def test_rows_keep_the_numbers_of_the_spreadsheet() -> None:
    sheet = read_table(b'ref,text\n\n,\nR1,"two\nlines"\n\nR2,x\n', "r.csv").sheets[0]
    assert [row.number for row in sheet.rows] == [1, 4, 6]
    assert sheet.rows[1].cell(1) == "two\nlines"


def test_an_unclosed_quotation_mark_names_its_row() -> None:
    with pytest.raises(Unreadable, match="Row 3: a quotation mark is never closed"):
        read_table(b'ref,text\nR1,x\nR2,"open\nR3,y\n', "r.csv")


def test_text_after_a_closed_quotation_mark_names_its_row() -> None:
    with pytest.raises(Unreadable, match="Row 2: a quotation mark stands inside"):
        read_table(b'ref,text\nR1,"a "b" c"\n', "r.csv")


@pytest.mark.parametrize(
    ("content", "name", "sentence"),
    [
        (b"", "r.csv", "The file is empty"),
        (b"\xef\xbb\xbf", "r.csv", "The file is empty"),
        (b"\n\n,,\n" * 300, "r.csv", "only blank rows"),
        (
            b"%PDF-1.7 ...",
            "r.csv",
            "This is a PDF file, although its name ends in .csv",
        ),
        (b"%PDF-1.7 ...", "r.pdf", r"This is a PDF file\."),
        (b"<!DOCTYPE html><table>", "r.xls", r"web page \(HTML\), although"),
        (b'{"a": [1]}', "r.csv", "This is a JSON file, although"),
        (b'{"a": [1]}', "r.json", r"This is a JSON file\."),
        (b"a: 1\nb: 2\nc: 3\n", "r.yaml", "This is a YAML file"),
        (b"| a | b |\n| --- | --- |\n| 1 | 2 |\n", "r.csv", "it is a Markdown table"),
        (b"ref,text\nR1,x\n", "r.md", "There is no table in this Markdown text"),
        (b"ref,text\nR1,x\n", "r.xlsx", "ends in .xlsx, but it is a text file"),
        (b"\xff\xfeab\x00", "r.csv", "damaged at byte"),
        (b"a,b\n\x00\x01\x02\x03\n", "r.csv", "binary data"),
        (b"\x89PNG\r\n\x1a\n", "r.csv", "a picture"),
    ],
)
def test_what_is_no_table_is_said_in_a_sentence(
    content: bytes, name: str, sentence: str
) -> None:
    with pytest.raises(Unreadable, match=sentence):
        read_table(content, name)


@pytest.mark.nightly(
    reason="each push runs most of this code by its short form",
    short="::test_usual_encodings_are_read[utf-16-le]",
)
def test_limits_are_told_with_their_figure() -> None:
    wide = ",".join(["x"] * (MOST_COLUMNS + 1)).encode()
    with pytest.raises(Unreadable, match="501 columns; at most 500"):
        read_table(wide, "r.csv")
    with pytest.raises(Unreadable, match="at most 50,000"):
        read_table(b"a,b\n" * (MOST_ROWS + 2), "r.csv")
    with pytest.raises(Unreadable, match="Row 1, column B: the cell holds"):
        read_table(b"a," + b"x" * 40_000, "r.csv")
    with pytest.raises(Unreadable, match="at most 10 MB"):
        read_table(b"a,b\n" * (MOST_FILE_BYTES // 4 + 1), "r.csv")


def test_cells_of_markdown_read_as_they_are_shown() -> None:
    text = (
        "| a | b |\n| --- | --- |\n| **One**<br>two | [x](https://a.example) \\| y |\n"
    )
    assert cells(text.encode(), "r.md")[1] == [
        "One\ntwo",
        "[x](https://a.example) | y",
    ]
