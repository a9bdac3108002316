"""How money is written, everywhere alike: pages, memo, sheets and workings."""

from collections.abc import Iterable
from decimal import Context, Decimal

from evaltracker.errors import gettext as _

# The codes of ISO 4217 that money is paid in.
_CODES = (
    "AED AFN ALL AMD AOA ARS AUD AWG AZN BAM BBD BDT BGN BHD BIF BMD BND BOB BRL BSD "
    "BTN BWP BYN BZD CAD CDF CHF CLP CNY COP CRC CUP CVE CZK DJF DKK DOP DZD EGP ERN "
    "ETB EUR FJD FKP GBP GEL GHS GIP GMD GNF GTQ GYD HKD HNL HTG HUF IDR ILS INR IQD "
    "IRR ISK JMD JOD JPY KES KGS KHR KMF KPW KRW KWD KYD KZT LAK LBP LKR LRD LSL LYD "
    "MAD MDL MGA MKD MMK MNT MOP MRU MUR MVR MWK MXN MYR MZN NAD NGN NIO NOK NPR NZD "
    "OMR PAB PEN PGK PHP PKR PLN PYG QAR RON RSD RUB RWF SAR SBD SCR SDG SEK SGD SHP "
    "SLE SOS SRD SSP STN SVC SYP SZL THB TJS TMT TND TOP TRY TTD TWD TZS UAH UGX USD "
    "UYU UZS VES VND VUV WST XAF XCD XOF XPF YER ZAR ZMW ZWG"
)
CODES = frozenset(_CODES.split())
# What people write in place of a code, where it means one currency only.
_NAMES = {
    **dict.fromkeys(("€", "euro", "euros"), "EUR"),
    **dict.fromkeys(("us$", "us dollar", "us dollars"), "USD"),
    **dict.fromkeys(("£", "pound sterling", "pounds sterling"), "GBP"),
    **dict.fromkeys(("swiss franc", "swiss francs"), "CHF"),
    **dict.fromkeys(("zł", "zloty", "złoty"), "PLN"),
    **{"₴": "UAH", "₹": "INR", "₺": "TRY", "₪": "ILS", "₩": "KRW", "r$": "BRL"},
}
# Every amount has four decimals, as prices were committed to; a few have more.
LEAST_PLACES = 4
MOST_PLACES = 10
# As many as SQLite keeps.
MOST_DIGITS = 15
_LEAST = Decimal("0.0001")
_WIDE = Context(prec=40)


def read_currency(text: str) -> str:
    """The ISO code of a currency: “eur”, “€” and “Euro” are EUR.

    Raises:
        ValueError: it names no currency, or several share the name.
    """
    typed = " ".join(text.split())
    code = _NAMES.get(typed.casefold(), typed.upper())
    if code not in CODES:
        sentence = _(
            "“%(text)s” is not the code of a currency. Write its three letters, such "
            "as EUR or USD."
        )
        raise ValueError(sentence % {"text": typed[:40]})
    return code


def currency_choices(*stored: str) -> Iterable[tuple[str, str]]:
    """The codes for a form; what is `stored` stays to be chosen, whatever it is."""
    former = [code for code in stored if code and code not in CODES]
    return [(code, code) for code in (*former, *sorted(CODES))]


def padded(amount: Decimal) -> Decimal:
    """The amount with at least four decimals, and no zeros after those: 5.0000."""
    if not amount.is_finite():
        return amount
    short = amount.normalize()
    places = short.as_tuple().exponent
    is_long = isinstance(places, int) and places < -LEAST_PLACES
    if is_long:
        return short
    return amount.quantize(_LEAST, context=_WIDE)


def inexact(amount: Decimal) -> str:
    """Why the amount could not be kept as it is; blank if it can be."""
    digits = amount.normalize().as_tuple()
    if isinstance(digits.exponent, int):
        places = -digits.exponent
    else:
        places = 0
    if places <= LEAST_PLACES:
        return ""
    if places > MOST_PLACES:
        return _("An amount has at most %(most)s decimals.") % {"most": MOST_PLACES}
    if len(digits.digits) > MOST_DIGITS:
        sentence = _("An amount of so many decimals has at most %(most)s digits.")
        return sentence % {"most": MOST_DIGITS}
    return ""


def written(amount: Decimal, currency: str = "") -> str:
    """“1,234”, “1,234.50”, “0.0015 USD”: thousands marked, nothing rounded away.

    Cents stand only where there are any; a price below a cent keeps its places.
    """
    exponent = amount.normalize().as_tuple().exponent
    if isinstance(exponent, int) and exponent < 0:
        places = -exponent
    else:
        places = 0
    if places == 1:
        places = 2
    text = f"{amount:,.{places}f}"
    if currency:
        return f"{text} {currency}"
    return text
