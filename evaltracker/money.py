"""How money is written, everywhere alike: pages, memo, sheets and workings."""

from decimal import Decimal


def written(amount: Decimal, currency: str = "") -> str:
    """“1,234”, “1,234.50”, “0.0015 USD”: thousands marked, nothing rounded away.

    Cents stand only where there are any; a price below a cent keeps its places.
    """
    exponent = amount.normalize().as_tuple().exponent
    places = -exponent if isinstance(exponent, int) and exponent < 0 else 0
    if places == 1:
        places = 2
    text = f"{amount:,.{places}f}"
    return f"{text} {currency}" if currency else text
