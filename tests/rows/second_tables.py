"""Ten more tables of strangers, with what must come of them and what may be asked.

Made from a number: chapters, refs, words, widths and figures change with it. They were
written beside the specification and not beside the reader, as the shapes of
`tests/data/foreign` were, of which nothing is used here.
"""

import csv
import io
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from random import Random
from typing import Any

from openpyxl import Workbook

from tests.data.corpus.making import open_document

type Rows = list[list[Any]]
type Comes = list[dict[str, Any]]


@dataclass
class Table:
    name: str
    content: bytes
    subject: str
    comes: Comes
    asked: list[dict[str, Any]] = field(default_factory=list)
    given: dict[str, Any] = field(default_factory=dict)

    @property
    def expected(self) -> dict[str, Any]:
        return {
            "subject": self.subject,
            "given": self.given,
            "comes": self.comes,
            "asked": self.asked,
        }


MAKERS: list[Callable[[Random], Table]] = []
THINGS = {
    "pt": ("o contrato", "a equipa", "o arquivo", "a entrega", "o armazém", "a frota"),
    "sv": ("avtalet", "lagret", "skolan", "bilen", "köket", "växeln"),
    "da": ("lageret", "kantinen", "bilen", "skolen", "haven", "kontoret"),
    "cs": ("smlouva", "sklad", "dílna", "kuchyně", "vozidlo", "zahrada"),
    "fi": ("varasto", "keittiö", "auto", "koulu", "piha", "toimisto"),
    "es": (
        "el almacén",
        "la cocina",
        "el coche",
        "la escuela",
        "el patio",
        "el taller",
    ),
    "pl": ("magazyn", "kuchnia", "pojazd", "szkoła", "ogród", "biuro"),
    "nl": (
        "het magazijn",
        "de keuken",
        "de auto",
        "de school",
        "de tuin",
        "het kantoor",
    ),
    "de": (
        "das Lager",
        "die Küche",
        "der Wagen",
        "die Schule",
        "der Garten",
        "das Büro",
    ),
    "en": (
        "the depot",
        "the kitchen",
        "the van",
        "the school",
        "the yard",
        "the office",
    ),
}
SAYS = {
    "pt": "É verificado em {n} dias úteis que {it} está em ordem.",
    "sv": "Inom {n} dagar ska det kontrolleras att {it} fungerar.",
    "da": "Det skal efterses hver {n}. dag, om {it} er i orden.",
    "cs": "Každých {n} dnů se ověřuje, zda {it} splňuje podmínky.",
    "fi": "Joka {n}. päivä tarkastetaan, että {it} on kunnossa.",
    "es": "Cada {n} días se comprueba que {it} funciona bien.",
    "pl": "Co {n} dni sprawdza się, czy {it} działa poprawnie.",
    "nl": "Elke {n} dagen wordt nagegaan of {it} in orde is.",
    "de": "Alle {n} Tage wird geprüft, ob {it} in Ordnung ist.",
    "en": "Within {n} days somebody checks that {it} is in order.",
}


def says(dice: Random, language: str, many: int) -> list[str]:
    """So many sentences, no two alike."""
    numbers = dice.sample(range(3, 90), many)
    things = dice.choices(THINGS[language], k=many)
    return [
        SAYS[language].format(n=n, it=it) for n, it in zip(numbers, things, strict=True)
    ]


def table(make: Callable[[Random], Table]) -> Callable[[Random], Table]:
    MAKERS.append(make)
    return make


def separated(rows: Rows, by: str, encoding: str = "utf-8") -> bytes:
    written = io.StringIO(newline="")
    csv.writer(written, delimiter=by).writerows(rows)
    return written.getvalue().encode(encoding)


def markdown(rows: Rows) -> bytes:
    lines = [f"| {' | '.join(map(str, row))} |" for row in rows]
    lines.insert(1, "|" + " --- |" * len(rows[0]))
    return ("Notes of a meeting\n\n" + "\n".join(lines) + "\n").encode()


def workbook(
    sheets: dict[str, Rows], merges: dict[str, list[str]] | None = None
) -> bytes:
    book, file = Workbook(), io.BytesIO()
    book.remove(book.active)
    for name, rows in sheets.items():
        sheet = book.create_sheet(name)
        for row in rows:
            sheet.append([None if cell == "" else cell for cell in row])
        for area in (merges or {}).get(name, ()):
            sheet.merge_cells(area)
    book.save(file)
    return file.getvalue()


def open_book(sheets: dict[str, Rows]) -> bytes:
    return open_document.spreadsheet(
        "".join(
            open_document.sheet(
                [
                    open_document.row(*(None if it == "" else it for it in row))
                    for row in rows
                ],
                name,
            )
            for name, rows in sheets.items()
        )
    )


@table
def chapters_above_their_parts(dice: Random) -> Table:
    """Portuguese, semicolons, an old encoding: 4 stands above 4.1."""
    rows: Rows = [["Código", "Requisito", "Prioridade"]]
    comes: Comes = []
    words = {"obrigatório": "must", "importante": "should", "desejável": "could"}
    first = dice.randint(2, 7)
    for at, title in enumerate(
        dice.sample(["Limpeza", "Jardins", "Cozinhas", "Frota"], 3)
    ):
        rows.append([f"{first + at}", title, ""])
        for part, text in enumerate(says(dice, "pt", dice.randint(3, 5)), 1):
            ref, word = f"{first + at}.{part}", dice.choice(list(words))
            rows.append([ref, text, word])
            comes.append(
                {"ref": ref, "text": text, "category": title, "priority": words[word]}
            )
    content = separated(rows, ";", "cp1252")
    return Table("caderno.csv", content, "requirements", comes)


@table
def a_category_merged_over_its_rows(dice: Random) -> Table:
    """Swedish, two lines above the names, the category merged downwards."""
    rows: Rows = [["Kravlista", "", "", ""], ["", "", "", ""]]
    rows.append(["Område", "Nr", "Krav", "Vikt"])
    comes: Comes = []
    merges = []
    for title in dice.sample(["Städning", "Transport", "Mat", "Vakter"], 3):
        start = len(rows) + 1
        for text in says(dice, "sv", dice.randint(2, 4)):
            ref, weight = f"K{len(comes) + 10}", dice.randint(1, 10)
            is_first = len(rows) + 1 == start
            rows.append([title if is_first else "", ref, text, weight])
            comes.append(
                {"ref": ref, "text": text, "category": title, "weight": weight}
            )
        merges.append(f"A{start}:A{len(rows)}")
    content = workbook({"Blad1": rows}, {"Blad1": merges})
    return Table("krav.xlsx", content, "requirements", comes)


@table
def sheets_of_one_list(dice: Random) -> Table:
    """Danish, an open document: each sheet is a chapter, one is none."""
    sheets: dict[str, Rows] = {"Vejledning": [["Læs dette først."]]}
    comes: Comes = []
    for title in dice.sample(["Drift", "Køkken", "Have", "Rengøring"], 3):
        sheets[title] = [["Nummer", "Beskrivelse", "Prioritet"]]
        for text in says(dice, "da", dice.randint(3, 5)):
            ref, must = f"{title[:2].upper()}-{len(comes) + 1:02}", dice.random() < 0.5
            sheets[title].append([ref, text, "skal" if must else "kan"])
            priority = "must" if must else "could"
            comes.append(
                {"ref": ref, "text": text, "category": title, "priority": priority}
            )
    return Table("katalog.ods", open_book(sheets), "requirements", comes)


@table
def titles_alone_in_their_rows(dice: Random) -> Table:
    """English, Markdown: bold titles between rows, and a sum below."""
    rows: Rows = [["No.", "Requirement", "Weight"]]
    comes: Comes = []
    for title in dice.sample(["Storage", "Cleaning crew", "Night shifts"], 2):
        rows.append([f"**{title}**", "", ""])
        for text in says(dice, "en", dice.randint(3, 6)):
            ref, weight = f"W{100 + len(comes)}", dice.randint(1, 9)
            rows.append([ref, text, weight])
            comes.append(
                {"ref": ref, "text": text, "category": title, "weight": weight}
            )
    rows.append(["Total", "", sum(one["weight"] for one in comes)])
    return Table("notes.md", markdown(rows), "requirements", comes)


@table
def rows_without_a_number(dice: Random) -> Table:
    """Spanish, tabs: a category for each, no refs, and one column nobody reads."""
    titles = dice.sample(["Patio", "Cocina", "Taller"], 2)
    rows: Rows = [["Área", "Descripción", "Prioridad", "Responsable"]]
    comes: Comes = []
    for text in says(dice, "es", dice.randint(6, 9)):
        title = titles[len(comes) * 2 // 9]
        rows.append([title, text, "obligatorio", dice.choice(["Ana", "Luis"])])
        ref = f"R{len(comes) + 1}"
        comes.append({"ref": ref, "text": text, "category": title, "priority": "must"})
    asked = [{"about": "numbering", "answer": "R1"}]
    return Table("lista.tsv", separated(rows, "\t"), "requirements", comes, asked)


@table
def answers_side_by_side(dice: Random) -> Table:
    """Czech, candidates beside each other, each cell one of the closed words."""
    candidates = dice.sample(["Dub", "Buk", "Jasan", "Habr"], 3)
    wanted = says(dice, "cs", dice.randint(5, 8))
    words = {
        "ano": "now",
        "ne": "never",
        "plánováno": "planned",
        "na míru": "on_request",
    }
    rows: Rows = [["Požadavek", *candidates]]
    comes: Comes = []
    for text in wanted:
        cells = dice.choices(list(words), k=len(candidates))
        rows.append([text, *cells])
        comes += [
            {"requirement": text, "candidate": name, "availability": words[word]}
            for name, word in zip(candidates, cells, strict=True)
        ]
    given = {"candidates": candidates, "requirements": wanted}
    content = workbook({"Srovnání": rows})
    return Table("srovnani.xlsx", content, "answers", comes, [], given)


@table
def answers_of_one_vendor(dice: Random) -> Table:
    """Finnish, semicolons: state and comment, and whose it is must be said."""
    wanted = says(dice, "fi", dice.randint(5, 8))
    words = {"kyllä": "now", "ei": "never", "suunniteltu": "planned"}
    rows: Rows = [["Vaatimus", "Tila", "Huomautus"]]
    comes: Comes = []
    for text in wanted:
        word = dice.choice(list(words))
        note = dice.choice(["", "Sopimuksen mukaan.", "Katso liite 2."])
        rows.append([text, word, note])
        row = {"requirement": text, "candidate": "Koivu", "availability": words[word]}
        comes.append(row | ({"statement": note} if note else {}))
    given = {"candidates": ["Koivu"], "requirements": wanted}
    asked = [{"about": "whose", "answer": "Koivu"}]
    content = separated(rows, ";", "utf-8-sig")
    return Table("vastaukset.csv", content, "answers", comes, asked, given)


@table
def prices_with_all_that_belongs_to_them(dice: Random) -> Table:
    """Polish, semicolons: amount, currency and rhythm each in its column."""
    rows: Rows = [["Pozycja", "Cena", "Waluta", "Okres"]]
    comes: Comes = []
    rhythms = {"miesięcznie": "monthly", "rocznie": "yearly", "jednorazowo": "once"}
    for at, name in enumerate(dice.sample(THINGS["pl"], 5)):
        whole, word = dice.randint(1_001, 9_998), dice.choice(list(rhythms))
        amount = f"{whole // 1000} {whole % 1000:03},{at + 1}5"
        rows.append([name, amount, "PLN", word])
        comes.append(
            {
                **{"candidate": "Klon", "label": name, "amount": f"{whole}.{at + 1}5"},
                **{"currency": "PLN", "rhythm": rhythms[word]},
            }
        )
    given = {"candidates": ["Klon"], "currency": "PLN"}
    asked = [
        {"about": "whose", "answer": "Klon"},
        {"about": "kind", "answer": "licence"},
    ]
    content = separated(rows, ";", "cp1250")
    return Table("cennik.csv", content, "costs", comes, asked, given)


@table
def prices_side_by_side(dice: Random) -> Table:
    """German, native numbers by candidate, and one price that is none."""
    candidates = dice.sample(["Eiche", "Linde", "Ulme"], 2)
    rows: Rows = [["Posten", *candidates]]
    comes: Comes = []
    for name in ("Grundreinigung", "Fensterreinigung", "Winterdienst", "Bereitschaft"):
        amounts = [dice.randint(200, 90_000) / 4 for _ in candidates]
        is_range = name == "Bereitschaft"
        rows.append(
            [name, *amounts] if not is_range else [name, "500–700 €", amounts[1]]
        )
        for at, candidate in enumerate(candidates):
            known = {"candidate": candidate, "label": name}
            if is_range and at == 0:
                comes.append(known | {"state": "not_stated", "text": "500–700 €"})
                continue
            amount = f"{amounts[at]:.2f}".rstrip("0").rstrip(".")
            money = {"amount": amount, "currency": "EUR", "rhythm": "yearly"}
            comes.append(known | money)
    given = {"candidates": candidates, "currency": "EUR"}
    asked = [
        {"about": "rhythm", "answer": "yearly"},
        {"about": "kind", "answer": "licence"},
    ]
    content = workbook({"Preise": rows})
    return Table("preise.xlsx", content, "costs", comes, asked, given)


@table
def names_of_candidates(dice: Random) -> Table:
    """Dutch, Markdown: whom to look at, with an address that lacks its start."""
    names = dice.sample(["Wilg BV", "Els & Zn", "Berk Groep", "Iep", "Esdoorn"], 4)
    rows: Rows = [["Leverancier", "Website"]]
    rows += [[name, f"{name.split()[0].lower()}.example"] for name in names]
    asked = [{"about": "words", "role": "kind", "words": {"": "buy"}}]
    comes = [{"name": name} for name in names]
    return Table("lijst.md", markdown(rows), "candidates", comes, asked)


def tables(seeds: range) -> Iterator[tuple[str, Table]]:
    for seed in seeds:
        for make in MAKERS:
            yield f"{make.__name__}-{seed}", make(Random(seed))
