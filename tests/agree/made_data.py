"""The tables that blueprints made at random read, and data for them.

All blueprints share one set of files; each declares some of their columns. Data are made from a
number: small tables mostly, of one row or none at times, one with more rows than a block of a sum
has; values often are equal, so that ties are common. The extreme ones hold levels without power and
gains beyond all physics, and much that is zero.
"""
import random
from typing import NamedTuple

from made_types import (ANGLE, BOOL, CLASSES, GAIN, LAYERS, MODES, NUMBER, POINT, Type, linear,
                        logarithmic, row_of)

DATA_SETS = 24
EXTREME = [DATA_SETS, DATA_SETS + 1]  # behind the others
MOST_SPARSE = 300  # pairs of a sparse table


class Column(NamedTuple):
    name: str
    type: Type
    unit: str = ""             # in the files
    spellings: tuple = ()      # in blueprints
    range: tuple = (0, 1)
    integer: bool = False


def real(name, kind, unit, spellings, low, high):
    return Column(name, kind, unit, tuple(spellings.split()), (low, high))


def whole(name, low, high):
    return Column(name, NUMBER, "", ("int", "1"), (low, high), True)


RATE, HERTZ = linear(bit=1, s=-1), linear(s=-1)
DBM, PER_RE = logarithmic("level", W=1), logarithmic("level", W=1, RE=-1)
FIELD = logarithmic("level", V=1, m=-1)
TABLES = {
    "site": [
        real("x", linear(m=1), "m", "m km", -900, 900),
        real("y", linear(m=1), "m", "m km", -900, 900),
        real("p_fixed", linear(W=1), "W", "W kW mW", 40, 400),
        real("cabinet", POINT, "degC", "degC", -20, 45),
        real("efficiency", NUMBER, "%", "% 1", 0, 100), Column("kind", MODES),
        real("energy", linear(W=1, s=1), "kWh", "kWh J Wh", 0, 50)],
    "cell": [
        Column("site", row_of("site")), Column("neighbour", row_of("cell")),
        Column("layer", LAYERS),
        real("bandwidth", HERTZ, "MHz", "MHz kHz Hz GHz 1/s", 5, 100),
        real("tx_power", DBM, "dBm", "dBm dBW", 20, 46),
        real("boost", GAIN, "dB", "dB dBi", -6, 18),
        real("azimuth", ANGLE, "deg", "deg rad", 0, 360), whole("ports", 0, 8),
        Column("planned", BOOL), real("slope", NUMBER, "", "1 %", -2, 5),
        real("cable", logarithmic("gain", m=-1), "dB/m", "dB/m dB/km", 0, 1),
        real("noise", logarithmic("level", W=1, s=1), "dBm/Hz", "dBm/Hz dBm/MHz", -174, -160),
        real("tone", linear(s=-1, RE=-1), "kHz/RE", "kHz/RE Hz/RE", 15, 60)],
    "ue": [
        Column("home", row_of("cell")), Column("second", row_of("cell")),
        real("x", linear(m=1), "m", "m km", -900, 900),
        real("demand", RATE, "Mbit/s", "Mbit/s kbit/s bit/s", 0, 20), Column("indoor", BOOL),
        Column("class", CLASSES), whole("weight", 0, 4),
        real("speed", linear(m=1, s=-1), "km/h", "km/h m/s", 0, 120),
        real("heard", PER_RE, "dBm/RE", "dBm/RE dBW/RE", -130, -60),
        real("field", FIELD, "dBuV/m", "dBuV/m", 10, 90),
        real("blocks", linear(PRB=1), "PRB", "PRB", 0, 50),
        real("arrivals", linear(packet=1, s=-1), "packet/s", "packet/s packet/min", 0, 90)],
    "hour": [
        Column("depot", row_of("site")),
        real("activity", NUMBER, "%", "% 1", 0, 100),
        real("length", linear(s=1), "min", "min s h ms", 5, 90), Column("peak", BOOL),
        real("outside", POINT, "degC", "degC", -15, 40),
        real("price", NUMBER, "", "1", -1, 3)],
}
PAIRS = {  # name: (indices, sparse, columns); a sparse one holds no rows
    "path": (("ue", "cell"), False, [
        real("rsrp", PER_RE, "dBm/RE", "dBm/RE dBW/RE", -130, -60),
        real("delay", linear(s=1), "us", "us s ms", 0, 90), Column("sight", BOOL),
        Column("via", row_of("site")), real("angle", ANGLE, "deg", "deg rad", -180, 180)]),
    "relation": (("cell", "cell"), True, [
        real("offset", GAIN, "dB", "dB", -6, 6), Column("allowed", BOOL), Column("mode", MODES),
        real("trigger", linear(s=1), "ms", "ms s", 0, 900)]),
    "plan": (("cell", "hour"), True, [
        real("cut", NUMBER, "%", "% 1", 0, 100), real("limit", linear(W=1), "W", "W mW", 0, 90)]),
}
PLACES = [real(name, linear(m=1), "", "m km", 0, 1) for name in ("x", "y")]
INDOORS = [Column("indoor", BOOL), whole("floors", 0, 9), whole("floor", 0, 9),
           real("height", linear(m=1), "", "m", 0, 99)]
MADE = [  # what no file holds: a source that takes a number, and what it offers
    ("hexagonal(1, 300 m, {})", [*PLACES, real("azimuth", ANGLE, "", "deg rad", 0, 1),
                                 whole("site", 0, 9), whole("sector", 0, 9)]),
    ("hall(120 m, 50 m, {}, 2, 10 m)", PLACES),
    ("poisson({} km^-2, 2 km, 1500 m)", PLACES),
    ("uniform({}, 2 km, 1500 m, 60 %)", PLACES + INDOORS),
    ("drop(site, {}, 500 m, 0 m, 60 %)", [*PLACES, Column("site", row_of("site")), *INDOORS]),
]
# Rows of site, cell, ue, hour; the first few are special, others drawn.
SIZES = [(2, 3, 5, 2), (1, 1, 1, 1), (2, 3, 1100, 1), (0, 0, 0, 0), (2, 3, 0, 0), (2, 3, 9, 0),
         (2, 1025, 2, 1), (2, 2, 3, 2050)]
LARGE = [number for number, sizes in enumerate(SIZES) if max(sizes) > 1024]  # HERMES_SUM_BLOCK


def extreme_field(rng, column):
    """Half of them: of a logarithm what hardly any linear value holds, of anything else zero."""
    if rng.random() < 0.5 or column.integer or column.unit == "dB/m":
        return None
    return rng.choice(["-10000", "0", "1000"]) if column.unit.startswith("dB") else "0"


def quantised(rng, column, coarse):
    low, high = column.range
    if column.integer or coarse:
        steps = 3 if coarse and not column.integer else int(high - low)
        return f"{low + (high - low) * rng.randint(0, steps) / steps:g}"
    return repr(round(rng.uniform(low, high), rng.choice([1, 3, 9])))


def field(rng, column, sizes, coarse, extreme):
    kind = column.type
    if kind.kind == "bool":
        return rng.choice(["true", "false"])
    if kind.kind == "enum":
        return rng.choice(kind.labels)
    if kind.kind == "ref":
        return f"{kind.table}{rng.randrange(sizes[kind.table])}"
    return extreme and extreme_field(rng, column) or quantised(rng, column, coarse)


def header(column):
    return f"{column.name}[{column.unit}]" if column.unit else column.name


def write_table(rng, path, keys, rows, columns, sizes, extreme):
    coarse = [rng.random() < 0.5 for _ in columns]
    lines = [",".join(list(keys) + [header(c) for c in columns])]
    for row in rows:
        fields = [field(rng, c, sizes, k, extreme) for c, k in zip(columns, coarse)]
        lines.append(",".join([*row, *fields]))
    path.write_text("\n".join(lines) + "\n")


def sizes_of(rng, number):
    drawn = (rng.randint(1, 4), rng.randint(2, 7), rng.randint(2, 24), rng.randint(1, 5))
    return dict(zip(TABLES, SIZES[number] if number < len(SIZES) else drawn))


def write_data(directory, number):
    """One data set; the same for the same number."""
    rng = random.Random(f"data {number}")
    sizes = sizes_of(rng, number)
    directory.mkdir(parents=True, exist_ok=True)
    for table, columns in TABLES.items():
        rows = [(f"{table}{i}",) for i in range(sizes[table])]
        write_table(rng, directory / f"{table}.csv", (table,), rows, columns, sizes,
                    number in EXTREME)
    for table, (index, sparse, columns) in PAIRS.items():
        first, second = (sizes[t] for t in index)
        pairs = range(first * second)
        if sparse:
            pairs = sorted(rng.sample(pairs, min(len(pairs) * 2 // 5, MOST_SPARSE)))
        rows = [(f"{index[0]}{p // second}", f"{index[1]}{p % second}") for p in pairs]
        keys = index if index[0] != index[1] else ("from", "to")
        write_table(rng, directory / f"{table}.csv", keys, rows, columns, sizes,
                    number in EXTREME)


def write_all(directory):
    for number in [*range(DATA_SETS), *EXTREME]:
        write_data(directory / str(number), number)
