"""Whether a category is about price by its name, in the languages that people write."""

import re

from evaltracker.errors import Invalid
from evaltracker.toolbox.text import Inputs

# Whole words; German puts them at the end of longer ones.
WORDS = frozenset(
    (
        *("price", "prices", "pricing", "cost", "costs", "costing", "fee", "fees"),
        *("preis", "preise", "kosten", "gebühr", "gebühren", "entgelt", "entgelte"),
        *("prix", "coût", "coûts", "frais", "tarif", "tarifs", "tarife"),
        *("precio", "precios", "coste", "costes", "costo", "costos", "tarifa"),
        *("prezzo", "prezzi", "costi", "preço", "preços", "custo", "custos"),
        *("prijs", "prijzen", "cena", "ceny", "koszt", "koszty"),
    )
)
ENDINGS = ("preis", "preise", "kosten", "gebühr", "gebühren")
WORD = re.compile(r"[^\W\d_]+")


def is_about_price(name: str) -> bool:
    """Whether a word of the name means price, cost or fee."""
    words = WORD.findall(name.casefold())
    return any(word in WORDS or word.endswith(ENDINGS) for word in words)


def read_price_reason(name: str, weight: int | None, reason: str) -> str:
    """Why a category about price is scored, as it is kept.

    One that counts for nothing needs no reason, and what is not about price keeps none.

    Raises:
        Invalid: it counts and nobody says why.

    """
    if not is_about_price(name):
        return ""
    if not reason.strip():
        if weight == 0:
            return ""
        sentence = (
            f"“{name}” is about price, which is an axis beside the score and never "
            "part of it. Leave it out, give it the weight 0, or say why people score "
            "it."
        )
        raise Invalid(sentence, errors={"price_reason": [sentence]})
    inputs = Inputs()
    said = inputs.text("price_reason", reason)
    inputs.check()
    return said
