"""Lists of candidates."""

from typing import Any

from tests.data.corpus.making.case import Case, table
from tests.data.corpus.making.price_sheets import first_lines


def case(name: str, content: bytes, why: str, finding: str = "", **more: Any) -> Case:
    return Case(
        name=f"candidates_{name}",
        kind="candidates",
        content=content,
        why=why,
        finding=finding,
        **more,
    )


CASES = [
    case(
        "names_only.csv",
        table([["Name"], ["Acme ML"], ["Globex"], ["Initech"]]),
        "a list of names is a list of candidates",
        "I9",
        comes=[{"name": "Acme ML"}, {"name": "Globex"}, {"name": "Initech"}],
    ),
    case(
        "website_without_https.csv",
        table([["Name", "Website"], ["Datadog", "datadoghq.com"]]),
        "people write no https",
        "L7",
        comes=[{"name": "Datadog", "website": "https://datadoghq.com"}],
    ),
    case(
        "each_name_many_times.csv",
        table(
            [
                ["Platform", "Website", "Question"],
                ["Acme ML", "https://acme.example", "Trains?"],
                ["Acme ML", "https://acme.example", "Serves?"],
                ["Globex", "", "Trains?"],
                ["Globex", "https://globex.example", "Serves?"],
            ]
        ),
        "a list of answers names each candidate many times",
        "I9",
        mentions=["question"],
        comes=[
            {"name": "Acme ML", "website": "https://acme.example"},
            {"name": "Globex", "website": "https://globex.example"},
        ],
    ),
    case(
        "one_name_two_websites.csv",
        table(
            [
                ["Name", "Website"],
                ["Acme ML", "https://acme.example"],
                ["Acme ML", "https://other.example"],
            ]
        ),
        "one name that says two things",
        "I9",
        refused="Acme ML",
    ),
    case(
        "public_list.csv",
        first_lines("candidates_oss_alternatives/derived_all.csv", 4),
        "a public list (candidates_oss_alternatives)",
        mentions=["gh_link"],
        comes=[
            {"name": "21st.dev", "website": "https://21st.dev/"},
            {"name": "AceBase", "website": "https://acebase.io/"},
            {"name": "Airbyte", "summary": "Data integration platform"},
        ],
    ),
    case(
        "a_kind_of_their_own.csv",
        table([["Name", "Kind"], ["Acme ML", "proprietary"], ["Globex", "oss"]]),
        "a word for a kind is asked once",
        "I13",
        knows={"words": {"proprietary": "buy"}},
        comes=[
            {"name": "Acme ML", "kind": "buy"},
            {"name": "Globex", "kind": "open_source"},
        ],
    ),
    case(
        "a_title_above.csv",
        table([["Long list, 27 November 2026"], [], ["Product", "Vendor"], ["A", "B"]]),
        "a title stands above the names",
        comes=[{"name": "A", "vendor": "B"}],
    ),
]
