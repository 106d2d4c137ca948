"""Types of the blueprints made at random: dimensions, scales, and how units of them are spelt.

A dimension is a tuple of (base, exponent), in order, without zeros. Power stands for mass among the
bases here: what is a base is a matter of choice, and networks speak of watts.
"""
from fractions import Fraction
from typing import NamedTuple

ONE = ()
# Spellings of one base unit each, and of products that have a name of their own.
BASES = {"W": ["W", "mW", "kW"], "m": ["m", "km", "cm"], "s": ["s", "ms", "min", "h"], "K": ["K"],
         "rad": ["rad", "deg"], "bit": ["bit", "kbit", "Mbit", "B"], "RE": ["RE"], "PRB": ["PRB"],
         "V": ["V", "mV"], "packet": ["packet"]}
NAMED = [({"s": -1}, ["Hz", "kHz", "MHz"]), ({"W": 1, "s": 1}, ["J", "Wh", "kWh"]),
         ({"W": 1, "V": -1}, ["A", "mA"]), ({"V": 2, "W": -1}, ["ohm"])]


def dimension(**powers):
    return tuple(sorted((b, Fraction(p)) for b, p in powers.items() if p))


def product(a, b, power=1):
    """a * b^power"""
    powers = dict(a)
    for base, exponent in b:
        powers[base] = powers.get(base, Fraction(0)) + exponent * power
    return dimension(**powers)


def power(a, exponent):
    return product(ONE, a, Fraction(exponent))


class Type(NamedTuple):
    kind: str                 # real, bool, enum, ref
    scale: str = ""           # real: linear, gain, level, point
    dimension: tuple = ONE    # real
    labels: tuple = ()        # enum
    table: str = ""           # ref


def linear(**powers):
    return Type("real", "linear", dimension(**powers))


def logarithmic(scale, **powers):
    return Type("real", scale, dimension(**powers))


def of_labels(*labels):
    return Type("enum", labels=labels)


def row_of(table):
    return Type("ref", table=table)


NUMBER, BOOL, ANGLE = linear(), Type("bool"), linear(rad=1)
GAIN, POINT, KELVIN = Type("real", "gain"), Type("real", "point", dimension(K=1)), linear(K=1)
LAYERS, CLASSES = of_labels("coverage", "capacity", "small"), of_labels("gold", "silver")
MODES = of_labels("eco", "full", "coverage")  # shares a label with another enumeration
ENUMERATIONS = [LAYERS, CLASSES, MODES]

# What a value may be declared to be; products and quotients of these arise on the way.
LINEAR = [NUMBER, NUMBER, NUMBER, linear(W=1), linear(W=1, s=1), linear(s=1), linear(s=-1),
          linear(m=1), linear(m=2), linear(m=1, s=-1), KELVIN, ANGLE, linear(bit=1, s=-1),
          linear(bit=1), linear(RE=1), linear(s=-1, RE=-1), linear(W=1, RE=-1), linear(V=1),
          linear(V=1, m=-1), linear(packet=1, s=-1), linear(W=1, m=-2), linear(bit=1, W=-1, s=-1)]
POWER_LEVELS = [(logarithmic("level", W=1), ["dBm", "dBW"]),
                (logarithmic("level", W=1, RE=-1), ["dBm/RE", "dBW/RE"]),
                (logarithmic("level", W=1, s=1), ["dBm/Hz", "dBm/MHz", "dBW/Hz"]),
                (logarithmic("level", s=-1), ["dBHz"]), (logarithmic("level", K=1), ["dBK"]),
                (logarithmic("level", m=2), ["dBsm"])]
# Of root-power quantities: 20 log10, and no mixing with the others.
FIELD_LEVELS = [(logarithmic("level", V=1), ["dBV", "dBmV", "dBuV"]),
                (logarithmic("level", V=1, m=-1), ["dBuV/m"])]
SLOPES = [(logarithmic("gain", m=-1), ["dB/km", "dB/m"]),
          (logarithmic("gain", s=-1), ["dB/h", "dB/s"])]
SPELT = dict(POWER_LEVELS + FIELD_LEVELS + SLOPES + [(GAIN, ["dB", "dBi"]), (POINT, ["degC"])])
LEVELS = [t for t, _ in POWER_LEVELS + FIELD_LEVELS]
SLOPED = [t for t, _ in SLOPES]


def is_linear(kind):
    return kind.scale == "linear"


def difference(kind):
    """What may be added to a value of this type."""
    if kind.scale == "level":
        return GAIN
    return KELVIN if kind.scale == "point" else kind


def spell_dimension(rng, dimension_, generic=False):
    """A unit of this dimension, as it may stand behind a number and in a type. Generic units keep
    their own names."""
    left, words = dict(dimension_), []
    for powers, spellings in rng.sample(NAMED, len(NAMED)):
        if all(b in left and left[b] / p >= 1 for b, p in powers.items()) and rng.random() < 0.6:
            for base, exponent in powers.items():
                left[base] -= exponent
            words.append((rng.choice(spellings), Fraction(1)))
    words += [(rng.choice(BASES.get(b, [b])), e) for b, e in left.items() if e]
    rng.shuffle(words)
    words.sort(key=lambda w: w[1] < 0)
    return spell_words(rng, words)


def spell_words(rng, words):
    text = ""
    for word, exponent in words:
        divided = text and exponent < 0 and rng.random() < 0.8
        size = -exponent if divided else exponent
        shown = "" if size == 1 else f"^{size}" if size.denominator == 1 else f"^({size})"
        text += ("/" if divided else "*" if text else "") + word + shown
    return text


def spell_unit(rng, kind):
    """"1" where it has none."""
    if kind in SPELT:
        return rng.choice(SPELT[kind])
    if kind == NUMBER:
        return rng.choice(["1", "1", "1", "%"])
    return spell_dimension(rng, kind.dimension)


def spell_type(rng, kind):
    if kind.kind == "real":
        return spell_unit(rng, kind)
    if kind.kind == "enum":
        return "{" + ", ".join(kind.labels) + "}"
    return kind.table or kind.kind
