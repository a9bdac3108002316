"""Price sheets: how money is written."""

from typing import Any

from tests.data.corpus.making.case import ACME, Case, book, priced, prices, table, text

GERMAN = {"Price": "1.234,56"}
ENGLISH = {"Price": "1,234.56"}


def formatted(number_format: str, *values: Any) -> bytes:
    """A price sheet whose cells are numbers that Excel shows in a format."""

    def change(sheet: Any) -> None:
        for row in range(2, 2 + len(values)):
            sheet.cell(row=row, column=4).number_format = number_format

    return book(prices(*values), change)


def case(name: str, content: bytes, why: str, finding: str = "", **more: Any) -> Case:
    return Case(
        name=f"costs_{name}",
        kind="costs",
        content=content,
        why=why,
        finding=finding,
        given=ACME,
        **more,
    )


THOUSANDS = [
    case(
        "german_thousands.csv",
        table(prices("12.000", "6.200", "48.000", "9.850,00"), ";"),
        "one cell settles how the column writes its numbers",
        "L1",
        comes=priced("12000", "6200", "48000", "9850"),
    ),
    case(
        "dots_that_may_be_either.csv",
        table(prices("12.000", "6.200", "48.000")),
        "nothing settles it, so somebody is asked once",
        "L1",
        knows={"numbers": GERMAN},
        comes=priced("12000", "6200", "48000"),
    ),
    case(
        "dots_that_are_decimals.csv",
        table(prices("12.125", "6.250", "48.500")),
        "the same look with the other meaning",
        "L1",
        knows={"numbers": ENGLISH},
        comes=priced("12.125", "6.25", "48.5"),
    ),
    case(
        "dots_nobody_answered.csv",
        table(prices("12.000", "6.200", "48.000")),
        "money that two readings fit and nobody answered for",
        "L1",
        refused="12.000",
    ),
    case(
        "english_thousands.csv",
        table(prices("12,000", "6,200.50", "48,000")),
        "a point after a comma settles it",
        comes=priced("12000", "6200.50", "48000"),
    ),
    case(
        "commas_that_may_be_either.csv",
        table(prices("€12,500", "€3,200", "€48,000")),
        "commas of euros may be decimals",
        "L1",
        knows={"numbers": ENGLISH},
        comes=priced("12500", "3200", "48000"),
    ),
    case(
        "swiss_apostrophes.csv",
        table(prices("12'000.50", "1’250.00", "48'000", currency="CHF")),
        "apostrophes between thousands",
        comes=priced("12000.50", "1250", "48000", currency="CHF"),
    ),
    case(
        "french_spaces.csv",
        table(prices("12 000,50", "6\u202f200", "48\u00a0000,00"), ";"),
        "spaces between thousands, some that do not break",
        comes=priced("12000.50", "6200", "48000"),
    ),
    case(
        "indian_lakhs.csv",
        table(prices("1,20,000.00", "₹ 12,34,567", "45,000.00", currency="INR")),
        "lakhs are grouped by two",
        comes=priced("120000", "1234567", "45000", currency="INR"),
    ),
    case(
        "both_ways_in_one_column.csv",
        table(prices("1.234,50", "1,234.50", "2.000")),
        "two people typed, so the third cell stays open",
        "L1",
        refused="2.000",
    ),
    case(
        "semicolons_and_euros_of_windows.csv",
        text(
            *("Candidate;Kind of cost;Part;Price;Falls due",),
            *("Acme ML;licence;Base;1.250,00 €;yearly",),
            *("Globex;licence;Seats;980,50 €;yearly",),
            encoding="cp1252",
        ),
        "what Excel saves in Germany",
        comes=priced("1250", "980.50"),
    ),
]
SHORT = [
    case(
        "millions_by_letter.csv",
        table(prices("$1.2M", "€3m", "15k", "$2.5bn")),
        "1.20 monthly is not what $1.2M says",
        "I1",
        comes=[
            {"label": "Base", "likely": "1200000", "currency": "USD"},
            {"label": "Seats", "likely": "3000000", "currency": "EUR"},
            {"label": "Storage", "likely": "15000", "currency": "EUR"},
            {"label": "Training", "likely": "2500000000", "currency": "USD"},
        ],
    ),
    case(
        "millions_in_words.csv",
        table(prices("USD 1.2 million", "0.5 billion JPY", "EUR 40 thousand")),
        "the same in words",
        "I1",
        comes=[
            {"label": "Base", "likely": "1200000", "currency": "USD"},
            {"label": "Seats", "likely": "500000000", "currency": "JPY"},
            {"label": "Storage", "likely": "40000", "currency": "EUR"},
        ],
    ),
    case(
        "m_that_may_be_month.csv",
        table(prices("€99/m", "€120/m", due="")),
        "behind a stroke, m is a month",
        comes=[
            {"label": "Base", "likely": "99", "recurrence": "monthly"},
            {"label": "Seats", "likely": "120", "recurrence": "monthly"},
        ],
    ),
    case(
        "per_cent.csv",
        table(prices("5 %", "1200", "900")),
        "a share is no price of 5.00",
        "I1",
        refused="5 %",
    ),
    case(
        "code_behind_a_sign.csv",
        table(prices("$5.00 USD", "12.50 EUR", "CA$7.25", "USD 9.10")),
        "sign and code agree, or tell which dollar",
        "I1",
        comes=[
            {"label": "Base", "likely": "5", "currency": "USD"},
            {"label": "Seats", "likely": "12.5", "currency": "EUR"},
            {"label": "Storage", "likely": "7.25", "currency": "CAD"},
            {"label": "Training", "likely": "9.1", "currency": "USD"},
        ],
    ),
    case(
        "two_currencies_in_a_cell.csv",
        table(prices("$5.00 EUR", "12.50 EUR")),
        "sign and code disagree",
        "I1",
        refused="$5.00 EUR",
    ),
    case(
        "currencies_in_words.csv",
        table(prices("1200 euros", "99.50 US dollars", "75 pounds sterling")),
        "words for currencies",
        comes=[
            {"label": "Base", "likely": "1200", "currency": "EUR"},
            {"label": "Seats", "likely": "99.5", "currency": "USD"},
            {"label": "Storage", "likely": "75", "currency": "GBP"},
        ],
    ),
    case(
        "currency_in_the_head.csv",
        table(prices("12.50", "99.90", head="Price (USD)")),
        "the head of the column says the currency",
        comes=priced("12.5", "99.9", currency="USD"),
    ),
    case(
        "yen_by_its_column.csv",
        table(prices("¥12,000", "¥3,000,000", currency="JPY")),
        "the column of currencies says which ¥",
        comes=priced("12000", "3000000", currency="JPY"),
    ),
    case(
        "small_prices.csv",
        table(prices("0.00000015", "0.00875", "0.0000004")),
        "prices of a token and of a call",
        "I2",
        comes=priced("0.00000015", "0.00875", "0.0000004"),
    ),
    case(
        "a_range.csv",
        table(prices("100-200", "150.00")),
        "a range is kept as text and named",
        mentions=["100-200"],
        comes=[
            {"label": "Base", "state": "unsaid", "likely": None},
            {"label": "Seats", "likely": "150"},
        ],
    ),
    case(
        "a_discount.csv",
        table(prices("1200", "-500")),
        "a credit lowers the total",
        "I15",
        mentions=["credit"],
        comes=priced("1200", "-500"),
    ),
    case(
        "accountants_brackets.csv",
        table(prices("1200", "(500)")),
        "an accountant's minus",
        "I15",
        mentions=["credit"],
        comes=priced("1200", "-500"),
    ),
    case(
        "a_dash_that_may_be_a_minus.csv",
        table(prices("1200", "– 500")),
        "a dash before a number may be a point of a list",
        "I15",
        refused="– 500",
    ),
    case(
        "too_many_decimals.csv",
        table(prices("0.123456789012", "980.00")),
        "more decimals than are kept",
        "I2",
        refused="0.123456789012",
    ),
]
FORMATS = [
    case(
        "excel_dollars.xlsx",
        formatted('"$"#,##0', 1200, 980.5),
        "only the cell's format says the currency",
        "I3",
        comes=priced("1200", "980.5", currency="USD"),
    ),
    case(
        "excel_credit.xlsx",
        formatted('"$"#,##0;[Red]("$"#,##0)', 1200, -500),
        "a credit keeps the currency of its format",
        "I3",
        mentions=["credit"],
        comes=priced("1200", "-500", currency="USD"),
    ),
    case(
        "excel_euros.xlsx",
        formatted("#,##0.00\\ [$€-407]", 1200.25, 45),
        "a currency behind, as Excel writes it",
        "I3",
        comes=priced("1200.25", "45"),
    ),
    case(
        "excel_code.xlsx",
        formatted("[$CHF]\\ #,##0.00", 1200.25, 45),
        "a code in brackets",
        "I3",
        comes=priced("1200.25", "45", currency="CHF"),
    ),
    case(
        "excel_per_cent.xlsx",
        formatted("0%", 0.05, 0.1),
        "5 % is no price of 0.05",
        "I3",
        refused="%",
    ),
    case(
        "excel_millions.xlsx",
        formatted('0.0,,"M"', 3_400_000, 1_200_000),
        "the format scales; the cell holds all of it",
        "I3",
        comes=priced("3400000", "1200000"),
    ),
    case(
        "excel_thousands_in_words.xlsx",
        formatted('#,##0.0" k€"', 12.5, 40),
        "the cell holds 12.5 and shows 12.5 k€",
        "I3",
        comes=priced("12500", "40000"),
    ),
    case(
        "excel_digits.xlsx",
        formatted("0.00", 0.00875, 12.3456789),
        "what is shown is rounded, what is held is not",
        "I2",
        comes=priced("0.00875", "12.3456789"),
    ),
    case(
        "formula_without_a_result.xlsx",
        book(prices(100, "=B9*2")),
        "a formula that nobody computed",
        refused="row 3, column D",
    ),
    case(
        "another_book.xlsx",
        book(prices(100, "='[prices.xlsx]Sheet1'!$A$1")),
        "no other book is opened for a value",
        refused="row 3, column D",
    ),
]
CASES = [*THOUSANDS, *SHORT, *FORMATS]
