"""The units that are known, as pint reads definitions.

Its own thousand units are not taken: there a request would be a plain number, an rps
a turn, a point a length, and k a constant of nature. What is counted is a kind of its
own here, as is each currency: 12 requests are not 12 ms, and a euro is not a dollar.
"""

PREFIXES = """
    pico- = 1e-12 = p-
    nano- = 1e-9 = n-
    micro- = 1e-6 = µ- = μ- = u-
    milli- = 1e-3 = m-
    centi- = 1e-2 = c-
    kilo- = 1e3 = k-
    mega- = 1e6 = M-
    giga- = 1e9 = G-
    tera- = 1e12 = T-
    peta- = 1e15 = P-
    kibi- = 1024 = Ki-
    mebi- = 1048576 = Mi-
    gibi- = 1073741824 = Gi-
    tebi- = 1099511627776 = Ti-
    pebi- = 1125899906842624 = Pi-
"""
PHYSICAL = """
    second = [time] = s = sec
    minute = 60 * second = min
    hour = 3600 * second = h = hr
    day = 86400 * second = d
    week = 604800 * second
    bit = [information]
    byte = 8 * bit = B = octet
    ratio = [share]
    percent = 0.01 * ratio = %
    ppm = 0.000001 * ratio
    hertz = 1 / second = Hz
    metre = [length] = m = meter
    gram = [mass] = g
    tonne = 1000000 * gram = t
    litre = 0.001 * metre ** 3 = L = liter = l
    watt = [power] = W
    watthour = 3600 * watt * second = Wh
    joule = watt * second = J
    volt = [voltage] = V
    ampere = [current] = A
    celsius = [temperature] = degC
    lumen = [light] = lm
    lux = lumen / metre ** 2 = lx
    decibel = [level] = dB
    pixel = [picture] = px
    inch = 0.0254 * metre
    dpi = pixel / inch = ppi
"""
# Each is a dimension of its own, with its plural and what else it is called.
COUNTED = {
    **{"request": "req", "token": "tok", "row": "record", "user": "seat"},
    **{"point": "pt", "query": "queries", "message": "msg", "event": "", "page": ""},
    **{"error": "", "failure": "", "job": "", "task": "", "step": "", "file": ""},
    **{"document": "doc", "image": "", "frame": "", "sample": "", "epoch": ""},
    **{"item": "piece", "call": "", "connection": "", "session": "", "ticket": ""},
    **{"transaction": "tx", "operation": "op", "person": "people", "click": ""},
    **{"model": "", "node": "", "core": "vCPU", "GPU": "gpu", "star": "", "hit": ""},
    **{"batch": "batches", "signature": "", "form": "", "order": "", "change": ""},
}
CURRENCIES = (
    *("EUR", "USD", "GBP", "CHF", "JPY", "CNY", "INR", "CAD", "AUD", "NZD"),
    *("SEK", "NOK", "DKK", "PLN", "CZK", "HUF", "RON", "BRL", "MXN", "SGD"),
    *("HKD", "KRW", "ZAR", "TRY", "ILS", "AED"),
)
SIGNS = {"€": "EUR", "£": "GBP", "°C": "degC"}
# What other programs and people call a unit of the lists above.
ALSO = {
    **{"KB": "kB", "rps": "request/s", "qps": "query/s"},
    **{"tps": "transaction/s", "fps": "frame/s"},
}


def definitions() -> list[str]:
    """A line for each unit that is known, prefixes first."""
    counted = (
        f"{name} = [{name}]" + (f" = _ = {also}" if also else "")
        for name, also in COUNTED.items()
    )
    money = (f"{code} = [{code}]" for code in CURRENCIES)
    lines = (*PREFIXES.splitlines(), *PHYSICAL.splitlines(), *counted, *money)
    return [line.strip() for line in lines if line.strip()]
