"""Numbers of others for functions of the library: what a case is, and one blueprint that evaluates all of them."""
import csv
import json
import math
import os
import pathlib
import subprocess
import sys
from dataclasses import dataclass, field
from typing import Callable

SOURCE = pathlib.Path(os.environ.get("HERMES_SOURCE") or pathlib.Path(__file__).parents[2]).resolve()
REFERENCE = pathlib.Path(os.environ.get("HERMES_REFERENCE") or SOURCE.parent / "shared/reference")
SHOWN = 5  # rows that are wrong, of each case


def anything(row):
    return True


def unchanged(rows):
    return rows


def absolute(value, expected):
    return abs(value - expected)


def relative(value, expected):
    return abs(value - expected) / abs(expected)


def below(value, expected):
    return 0 if value < expected else math.inf


@dataclass
class Case:
    """`value` is an expression over a row `r` of the file, which may deviate from the expected number by the tolerance.

    `columns` says what the row's columns hold, and in which unit: a column of the file, or a function of its row. A case
    without a file makes its rows itself, by `spread`.
    Rows with a flag, errors of their source, are left out unless `flagged`; `spread` makes the rows of a table of
    formulas. `reason` tells why the expected number is not the source's own.
    """
    name: str
    file: str
    columns: dict
    value: str
    unit: str
    expected: Callable
    tolerance: float
    keep: Callable = anything
    deviation: Callable = absolute
    flagged: bool = False
    spread: Callable = unchanged
    reason: str = ""
    rows: list = field(default_factory=list)


def number(column):
    return lambda row: float(row[column])


def of_row(row, source):
    return source(row) if callable(source) else row[source]


def read_vectors(case):
    if not case.file:
        case.rows = case.spread([])
        return
    with open(REFERENCE / case.file, encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    tells = "flag" in rows[0] and "case" not in rows[0]  # of the noise vectors, a flag is about the source's tolerance
    good = [row for row in rows if case.flagged or not (tells and row["flag"])]
    case.rows = case.spread([row for row in good if case.keep(row)])
    if not case.rows:
        sys.exit(f"{case.name}: no row of {case.file} is left")


def write_table(case, work):
    with open(work / f"{case.name}.csv", "w", encoding="utf-8", newline="") as file:
        out = csv.writer(file)
        out.writerow(["key", *case.columns])
        for i, row in enumerate(case.rows):
            out.writerow([f"r{i}", *(of_row(row, source) for source, _ in case.columns.values())])


def declarations(case):
    columns = " ".join(f"{name} : {unit};" for name, (_, unit) in case.columns.items())
    return f'''table t_{case.name} from "{case.name}.csv" {{ {columns} }}
functional block b_{case.name} "{case.name}" {{ out {case.name}[r in t_{case.name}] : {case.unit} = {case.value}; }}
'''


def interpret(hermesc, work, modules, cases):
    text = 'blueprint vectors "Numbers of others.";\n' + "".join(f"import radio.{module};\n" for module in modules)
    text += "".join(map(declarations, cases)) + f"kpi rows : 1 = count(true for r in t_{cases[0].name});\n"
    (work / "vectors.hbp").write_text(text, encoding="utf-8")
    run = subprocess.run([hermesc, "interpret", work / "vectors.hbp", "run", "--data", work, "--format", "json", "--quiet",
                          "--show", ",".join(case.name for case in cases)], capture_output=True, text=True, timeout=600)
    if run.returncode != 0:
        sys.exit(run.stdout + run.stderr)
    return json.loads(run.stdout)["arrays"]


def check(case, values):
    """How many rows are wrong, and the worst deviation."""
    wrong, worst = 0, 0
    for i, row in enumerate(case.rows):
        value = values[f"r{i}"]
        value = -math.inf if value is None else value
        expected = case.expected(row)
        deviation = case.deviation(value, expected)
        worst = max(worst, deviation)
        if not deviation <= case.tolerance:
            wrong += 1
            if wrong <= SHOWN:
                given = ", ".join(f"{name} {of_row(row, source)}" for name, (source, _) in case.columns.items())
                print(f"FAILED {case.name}: {given}: {value} {case.unit}, not {expected} ({case.reason or case.file})")
    print(f"{case.name}: {len(case.rows)} rows, {wrong} wrong, at most {worst:.3g} off")
    return wrong, worst
