"""What units count: each is so many of another, by which those of one dimension compare."""

from __future__ import annotations

import re
from collections.abc import Mapping
from decimal import Decimal
from functools import lru_cache

__all__ = [
    "AGO",
    "CURRENCY",
    "LETTERS",
    "OWN",
    "SYMBOLS",
    "ZEROS",
    "factors",
    "is_currency",
    "is_known",
    "is_name_of_size",
    "is_time",
    "lettered",
    "many",
    "named",
    "unit_of_name",
]

#: Ends the unit of a time that has passed.
AGO = " ago"
#: What stands for each currency as well; the first sign is that which errors say.
_CURRENCIES = (
    "$ usd us$|\u20ac eur|\u00a3 gbp|\u00a5 jpy|\u20b9 inr rs|r$ brl|\u20a9 krw|\u20bd rub"
    "|\u20ba try|\u20aa ils|\u20ab vnd|\u20b4 uah|\u20a6 ngn|\u0e3f thb|z\u0142 pln|a$ aud au$"
    "|c$ cad ca$|nz$ nzd|hk$ hkd|s$ sgd|mx$ mxn|nt$ twd|fr chf|kr|k\u010d czk|cny rmb|sek|nok|dkk"
    "|huf|ron|bgn|isk|ars|clp|cop|pen|zar|kes|egp|mad|aed|sar|qar|idr|myr|php|pkr|bdt|btc|eth"
)
_CODES = {name: one.split()[0] for one in _CURRENCIES.split("|") for name in one.split()}
#: The signs of currencies that stand before a number as they stand after it.
SYMBOLS = "".join(name for name in _CODES if len(name) == 1)
#: A currency as a pattern, in small letters.
_LETTERED = "|".join(name for name in _CODES if name.isalpha())
# What may be the name of something, as "eth0", has a blank after it.
CURRENCY = (
    rf"(?:[a-z]{{0,2}}[{SYMBOLS}]|(?:usd|eur|gbp|chf|inr|rs)\.?(?=[-\d])|(?:{_LETTERED})\.?(?=\s))"
)
_WEEK = Decimal(7 * 24 * 60**2)
#: Units that are so many of another one.
_UNITS: dict[str, tuple[str, Decimal]] = {}
for _base, _factor, _names in (
    ("s", "1e-9", "ns nsec nanosecond nanoseconds nanos"),
    ("s", "1e-6", "us usec microsecond microseconds micros"),
    ("s", "1e-3", "ms msec msecs millisecond milliseconds millis"),
    ("s", 1, "s sec secs second seconds"),
    ("s", 60, "min mins minute minutes"),
    ("s", 60**2, "h hr hrs hour hours"),
    ("s", 24 * 60**2, "d day days"),
    ("s", _WEEK, "week weeks wk wks"),
    ("b", 1, "byte bytes"),
    *(("b", 1000**power, f"{sign}b") for power, sign in enumerate("kmgtp", 1)),
    *(("b", 1024**power, f"{sign}ib {sign}i") for power, sign in enumerate("kmgtp", 1)),
    *(("bit/s", 1000**power * _WEEK, f"{sign}bps") for power, sign in enumerate(("", *"kmgt"))),
    ("g", 1, "gram grams"),
    ("g", 1000**2, "tonne tonnes"),
    ("g", "453.59237", "lb lbs pound pounds"),
    ("g", "28.349523125", "oz ounce ounces"),
    ("m", 1, "metre metres meter meters"),
    ("g", "1e-6", "mcg"),
    ("m", "0.0254", "in inch inches"),
    ("m", "0.3048", "ft foot feet"),
    ("m", "0.9144", "yd yard yards"),
    ("m", "1609.344", "mile miles"),
    ("m/s", 1852 * _WEEK / 60**2, "kt kts kn knot knots"),
    ("tsp", 1, "tsp teaspoon teaspoons"),
    ("tsp", 3, "tbsp tablespoon tablespoons"),
    ("tsp", 48, "cup cups"),
    ("m\u00b2", 1, "m\u00b2 sqm"),
    ("m\u00b2", "0.09290304", "ft\u00b2 sqft"),
    ("m\u00b2", 10**4, "ha hectare hectares"),
    ("m\u00b2", 10**6, "km\u00b2"),
    ("m\u00b2", "4046.8564224", "acre acres"),
    ("pa", 10**5, "bar bars"),
    ("pa", "6894.757293168", "psi"),
    ("pa", 101325, "atm"),
    ("l", 1, "liter liters litre litres"),
    ("bit", 1, "bits"),
    ("%", 1, "% percent pct"),
    ("%", "0.1", "\u2030"),
    ("\u00b0", 1, "\u00b0"),
    ("\u00b0c", 9, "\u00b0c celsius"),
    ("\u00b0c", 5, "\u00b0f fahrenheit"),
    ("\u00b0c", 9, "kelvin"),
    ("month", 1, "month months mo mos"),
    ("month", 12, "year years yr yrs y"),
    *((sign, 1, name) for name, sign in _CODES.items()),
):
    for _name in _names.split():
        _UNITS.setdefault(_name, (_base, Decimal(_factor)))
#: Where the zero of a unit is not that of the others.
ZEROS = {"\u00b0f": Decimal(32), "fahrenheit": Decimal(32), "kelvin": Decimal("273.15")}
_POWERS = {"p": -12, "n": -9, "u": -6, "m": -3, "c": -2, "d": -1, "h": 2, "k": 3, "M": 6,
           "G": 9, "T": 12, "P": 15}  # fmt: skip
#: By the base units that take prefixes, these: "mW" is not "MW".
_PREFIXES = {"m": "numcdk", "g": "numk", "l": "umcdk", "v": "numkM", "a": "pnumk", "ah": "mk",
             "w": "numkMGT", "wh": "mkMGT", "hz": "mkMGT", "pa": "hkMG", "j": "mkMG", "cal": "k",
             "bit": "kMGT", "ohm": "mkM", "bar": "mk", "flops": "kMGTP", "n": "mkM", "mol": "pnumk",
             "f": "pnum", "ev": "mkMGT", "va": "kM", "sv": "num", "gy": "um", "bq": "kMG",
             "psi": "k"}  # fmt: skip
#: What else units are called, as they are written, and in small letters.
_ALIASES = {
    "mph": "mile/h",
    "kph": "km/h",
    "kmh": "km/h",
    "MBps": "mb/s",
    "GBps": "gb/s",
    "KBps": "kb/s",
    "kBps": "kb/s",
    "Kb": "kbit",
    "Mb": "Mbit",
    "requests": "req",
    "request": "req",
    "Gb": "Gbit",
    "Tb": "Tbit",
}
#: Letters that are other units beside others: by what their column has, they are so many bytes, a
#: minute, or grams and tonnes, or a metre, and else thousands, millions and billions.
LETTERS: Mapping[str, Mapping[str, str]] = {
    "k": {"b": "kib", "\u00b0c": "kelvin"},
    "m": {"b": "mib", "s": "min", "m": "metre"},
    "g": {"b": "gib", "g": "gram"},
    "t": {"b": "tib", "g": "tonne"},
    "b": {"b": "byte"},
}
#: Of letters that stand beside nothing else.
OWN = "own"
#: What words and letters multiply by.
_MANY = {"k": 3, "thousand": 3, "tsd": 3, "lakh": 5, "m": 6, "mn": 6, "mio": 6, "million": 6,
         "crore": 7, "cr": 7, "b": 9, "g": 9, "bn": 9, "mrd": 9, "billion": 9, "t": 12, "tn": 12,
         "trillion": 12}  # fmt: skip
# Words of "p99_us", "sizeBytes", "Share (%)", the last first. An "h" is one where it stands alone.
_WORD = re.compile(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])|[%$\u20ac\u00a3\u00b0\u00b5]+")
_LONGEST_END = 30
#: Words that are no units at the end of a name, as a "min" that may be the least.
_NO_UNITS = frozenset(
    "min d day second minute hour week month year y m in mi try pen cop mad php all ron sar".split()
)
#: Words in names of what has a size, and of what lasts: there, a "min" is a minute.
_OF_SIZES = frozenset((
    "size sizes bytes byte disk mem memory ram swap storage capacity rss vsz heap used avail"
).split())  # fmt: skip
_SPANS = frozenset("duration time ttl timeout elapsed runtime uptime wait age interval eta".split())


def many(word: str) -> Decimal | None:
    """What "million" or "k" multiplies by."""
    power = _MANY.get(word)
    return None if power is None else Decimal(10) ** power


@lru_cache(maxsize=1024)
def factors(unit: str) -> tuple[str, Decimal]:
    """Of what a unit is so many: seconds or bytes, or just itself.

    >>> factors("kb"), factors("MW") == factors("mW")
    (('b', Decimal('1000')), False)
    >>> factors("req/min")[1] * 60 == factors("req/s")[1]
    True

    """
    if unit.endswith(AGO):
        base, factor = factors(unit[: -len(AGO)])
        return base + AGO, factor
    of, sign, per = unit.partition("/")
    if not sign:
        return _UNITS.get(unit) or _of_prefix(unit) or (unit, Decimal(1))
    # Of a metre and a minute, it is the metre here; what is shared out is a minute.
    base, factor = factors("tonne" if of == "t" else of)
    by, count = factors("min" if per == "m" else per)
    # So many in a week, or a year, which has a whole number of each other unit of time.
    return f"{base}/{by}", factor * {"s": _WEEK, "month": Decimal(12)}.get(by, Decimal(1)) / count


def _of_prefix(unit: str) -> tuple[str, Decimal] | None:
    """Of "mW" and "MW" the case says which it is; of "KG" and "mhz" there is but one."""
    base = unit.casefold()
    if base in _PREFIXES and base not in LETTERS:
        return base, Decimal(1)
    sign, base = unit[:1], base[1:]
    signs = _PREFIXES.get(base, "")
    sign = sign if sign in signs else sign.swapcase()
    if not (sign and sign in signs):
        return None
    of, factor = _UNITS.get(base, (base, Decimal(1)))
    return of, factor * Decimal(10) ** _POWERS[sign]


#: Signs by which prefixes and units are written as well.
_SIGNS = str.maketrans({"\u03bc": "u", "\u00b5": "u", "\u03a9": "ohm", "\u2126": "ohm"})


def named(written: str) -> str:
    """A unit by the name that it has here: "files" are so many times a "file"."""
    of, sign, per = written.partition("/")
    if sign:
        return f"{named(of)}/{named(per)}"
    written = written.translate(_SIGNS)
    unit = written.casefold().rstrip(".")
    if written in _ALIASES or unit in _ALIASES:
        return _ALIASES.get(written) or _ALIASES[unit]
    if unit in _UNITS or unit in LETTERS:
        return unit
    if _of_prefix(written) is not None:
        return written
    return unit[:-1] if len(unit) > 3 and unit[-1] == "s" != unit[-2] else unit


def lettered(unit: str, beside: str) -> str | None:
    """The unit that a letter is beside those of a dimension; ``None`` where it is a number."""
    of, sign, per = unit.partition("/")
    if of == "mi" and beside == "m":
        return f"mile{sign}{per}"
    # Before a "/", a letter is a unit, and no number.
    if of not in LETTERS or beside == OWN or (sign and beside != "b"):
        return unit
    found = LETTERS[of].get(beside)
    return None if found is None else found + sign + per


def is_known(unit: str) -> bool:
    """Whether there are other units of the same: a number without one may mean any of them."""
    return "/" in unit or factors(unit)[0] != unit or unit in _UNITS or unit.casefold() in _PREFIXES


def is_time(unit: str) -> bool:
    """Whether it is so many seconds."""
    return factors(unit)[0] == "s"


def is_currency(unit: str) -> bool:
    """Whether it is money."""
    return factors(unit)[0] in _CODES


def unit_of_name(name: str) -> str:
    """The unit that the numbers of a field have by its name; empty where it says none.

    >>> unit_of_name("stats.latency_ms"), unit_of_name("sizeBytes"), unit_of_name("bytes_per_sec")
    ('ms', 'bytes', 'bytes/sec')
    >>> unit_of_name("items"), unit_of_name("price_min"), unit_of_name("duration_min")
    ('', '', 'min')

    """
    words = [word.casefold() for word in _WORD.findall(name[-_LONGEST_END:])]
    *before, last = words or [""]
    if not before:
        is_unit = last == "ms" or (len(last) > 3 and factors(last)[0] in ("s", "b"))
        return last if is_unit and last not in _NO_UNITS else ""
    if before[-1] == "per":
        return f"{before[-2]}/{last}" if len(before) > 1 and is_time(last) else ""
    if last in _NO_UNITS:
        return last if last == "min" and before[-1] in _SPANS else ""
    is_single = len(last) == 1 and last not in "shw%\u00b0$\u20ac\u00a3"
    return "" if is_single or not is_known(last) else last


def is_name_of_size(name: str) -> bool:
    """Whether what has the name is so many bytes, though its numbers do not say so.

    >>> is_name_of_size("disk.totalSize"), is_name_of_size("Mem Usage"), is_name_of_size("views")
    (True, True, False)

    """
    return not _OF_SIZES.isdisjoint(map(str.casefold, _WORD.findall(name[-_LONGEST_END:])))
