"""What must come out, computed by Python from the files alone: no part of Hermes helps.

The `#=` lines of a blueprint are one Python script. It finds the tables as lists of rows (columns
are attributes, references are rows; a table with two indices is a dict by pair of rows), decisions
and inputs by their names (one with an index: a dict by row, or by tuple of rows), and the functions
below. What it assigns to the name of an output, let or KPI is compared with what the twins say, in
the declared unit; other names are its own.
"""
import csv
import functools
import math
import pathlib
import re

RELATIVE = 1e-10  # Python sums in another order


# ---- what scripts compute with ------------------------------------------------------------------


def lin(x):
    return 10 ** (x / 10)


def db(x):
    return 10 * math.log10(x) if x > 0 else -math.inf


def psum(*xs):
    return db(sum(lin(x) for x in flat(xs)))


def pmean(*xs):
    return db(mean([lin(x) for x in flat(xs)]))


def flat(xs):
    return list(xs[0]) if len(xs) == 1 and not isinstance(xs[0], (int, float)) else list(xs)


def mean(xs):
    xs = list(xs)
    return math.fsum(xs) / len(xs)


def share(conditions):
    conditions = list(conditions)
    return sum(map(bool, conditions)) / len(conditions)


def count(conditions):
    return sum(map(bool, conditions))


def percentile(p, xs):
    """Linear between order statistics: NumPy's default, type 7 of Hyndman and Fan."""
    xs = sorted(xs)
    position = p * (len(xs) - 1)
    below = math.floor(position)
    above = min(below + 1, len(xs) - 1)
    return xs[below] + (position - below) * (xs[above] - xs[below])


def median(xs):
    return percentile(0.5, xs)


def argmax(value, rows):
    """The first of the best."""
    return functools.reduce(lambda a, b: b if value(b) > value(a) else a, rows)


def argmin(value, rows):
    return argmax(lambda row: -value(row), rows)


TOOLS = {f.__name__: f for f in (lin, db, psum, pmean, mean, share, count, percentile, median,
                                 argmax, argmin)}


# ---- tables -------------------------------------------------------------------------------------


class Row:
    def __init__(self, key, number):
        self.key, self.number = key, number

    def __repr__(self):
        return self.key


@functools.lru_cache(maxsize=None)
def lines_of(path):
    with open(path, newline="") as file:
        return list(csv.DictReader(file))


def key_column(table, lines):
    return table["name"] if table["name"] in lines[0] else next(iter(lines[0]))


SECONDS = {"s": 1, "min": 60, "h": 3600, "d": 86400, "ms": 0.001}
INSTANT = re.compile(r"([-+.\d]+(?:[eE][-+]?\d+)?) *([a-z]*)")


class Instants(dict):
    """The rows of a `time`, by whatever spelling of their instant."""

    def __init__(self, rows, unit):
        super().__init__((row.key, row) for row in rows)
        self.all, self.unit = rows, unit

    def get(self, key, absent=None):
        number, unit = INSTANT.fullmatch(key.strip()).groups()
        wanted = float(number) * SECONDS[unit or self.unit] / SECONDS[self.unit]
        return next((row for row in self.all if abs(row.instant - wanted) < 1e-6), absent)

    __getitem__ = get


def keys_of(info, number, data):
    table = info["tables"][number]
    if table.get("time"):
        time = table["time"]
        return [f"{time['low'] + i * time['step']:.12g}" for i in range(int(time["count"]))]
    lines = lines_of(pathlib.Path(data) / table["source"])
    return [line[key_column(table, lines)] for line in lines]


def has_rows(table, number):
    return table["index"] == [number]


class Tables:
    def __init__(self, info, data):
        self.info, self.data = info, pathlib.Path(data)
        self.rows = {n: [Row(k, i) for i, k in enumerate(keys_of(info, n, data))]
                     for n, t in enumerate(info["tables"]) if has_rows(t, n)}
        self.by_key = {n: self.keyed(n, rows) for n, rows in self.rows.items()}
        self.pairs = {}
        for n, table in enumerate(info["tables"]):
            self.fill(n, table)

    def keyed(self, number, rows):
        table = self.info["tables"][number]
        if not table.get("time"):
            return {r.key: r for r in rows}
        for row in rows:
            row.instant = table["time"]["low"] + row.number * table["time"]["step"]
        return Instants(rows, self.slot(table["columns"][0])["unit"])

    def slot(self, number):
        return self.info["slots"][int(number)]

    def value(self, slot, text):
        """A field as Python has it; None: not there."""
        if text is None or text == "":
            return slot.get("default")
        if slot["kind"] == "bool":
            return text.lower() in ("true", "yes", "1")
        if slot["kind"] == "enum":
            return text
        if slot["kind"] == "ref":
            return self.by_key[int(slot["refers"])].get(text)
        try:
            return float(text)
        except ValueError:
            return text  # with a unit: the script's business

    def set_columns(self, table, row, line):
        for number in table["columns"]:
            slot = self.slot(number)
            value = self.value(slot, line.get(slot["name"]))
            if slot["kind"] == "enum" and isinstance(value, float):
                value = slot["labels"][int(value)]
            setattr(row, slot["name"], value)

    def fill(self, number, table):
        if table.get("time"):
            return
        lines = lines_of(self.data / table["source"])
        if has_rows(table, number):
            for row, line in zip(self.rows[number], lines):
                self.set_columns(table, row, line)
            return
        a, b = (int(i) for i in table["index"])
        names = [self.info["tables"][i]["name"] for i in (a, b)]
        if a == b:
            names = list(lines[0])[:2]
        found = {(self.by_key[a].get(line[names[0]]), self.by_key[b].get(line[names[1]])): line for line in lines}
        pairs = self.pairs[number] = {}
        for x in self.rows[a]:
            for y in self.rows[b]:
                pairs[x, y] = row = Row(f"{x}, {y}", len(pairs))
                self.set_columns(table, row, found.get((x, y), {}))

    def names(self):
        return {t["name"]: self.rows.get(n, self.pairs.get(n))
                for n, t in enumerate(self.info["tables"])}


# ---- arrays as scripts see them, and back -------------------------------------------------------


def python_value(tables, slot, value):
    return tables.by_key[int(slot["refers"])][value] if slot["kind"] == "ref" else value


def unpacked(tables, slot, values, axes, rows=()):
    """Pairs of rows and value, from JSON's nested objects."""
    if not axes:
        return [(rows, python_value(tables, slot, values))]
    known = tables.by_key[int(axes[0])]
    return [pair for key, inner in values.items()
            for pair in unpacked(tables, slot, inner, axes[1:], (*rows, known[key]))]


def array_of(tables, slot, document):
    pairs = unpacked(tables, slot, document["values"], slot["index"])
    if not slot["index"]:
        return pairs[0][1]
    return {rows[0] if len(rows) == 1 else rows: value for rows, value in pairs}


def given(tables, document):
    """Decisions and inputs."""
    arrays = document.get("arrays", {})
    return {slot["name"]: array_of(tables, slot, arrays[slot["name"]])
            for slot in tables.info["slots"] if slot["role"] in ("policy", "input")}


# ---- checking -----------------------------------------------------------------------------------


def same(found, wanted):
    if isinstance(wanted, bool) or isinstance(found, bool):
        return found is bool(wanted)
    if isinstance(wanted, (int, float)):
        if not math.isfinite(wanted):
            return found is None
        return (isinstance(found, float) and
                abs(found - wanted) <= RELATIVE * max(1.0, abs(found), abs(wanted)))
    return found == wanted


def compare(name, found, wanted):
    if isinstance(wanted, list):
        wanted = dict(zip(found, wanted)) if len(wanted) == len(found) else wanted
    if isinstance(found, dict) != isinstance(wanted, dict):
        return [f"{name}: {found!r}, by hand {wanted!r}"]
    if not isinstance(found, dict):
        return [] if same(found, wanted) else [f"{name}: {found!r}, by hand {wanted!r}"]
    if set(found) != set(wanted):
        return [f"{name}: not the same rows"]
    return [line for rows in found
            for line in compare(f"{name}[{rows}]", found[rows], wanted[rows])]


def outcomes(tables, document):
    """What the twins say of each value, by name."""
    arrays = document.get("arrays", {})
    found = {}
    for slot in tables.info["slots"]:  # of lets of one name, the first is shown
        if slot["role"] in ("out", "let") and slot["name"] not in found:
            found[slot["name"]] = array_of(tables, slot, arrays[slot["name"]])
    found.update((name, kpi["value"]) for name, kpi in document["kpis"].items())
    return found


def check(script, info, data, document):
    """How many values were checked, and lines that say where one is not what it must be."""
    tables = Tables(info, data)
    space = {**vars(math), **TOOLS, **tables.names(), **given(tables, document), "sum": sum,
             "pow": pow}
    known = dict(space)
    text = "\n" * (script[0][0] - 1)
    for number, line in script:
        text += "\n" * (number - 1 - text.count("\n")) + line + "\n"
    exec(compile(text, "truth", "exec"), space)
    problems, checked = [], 0
    for name, found in outcomes(tables, document).items():
        if name in space and (name not in known or space[name] is not known[name]):
            checked += 1
            problems += compare(name, found, space[name])
    return checked, problems
