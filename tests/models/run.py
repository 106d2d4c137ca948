#!/usr/bin/env python3
"""docs/models.md is what the library's modules and the measurements of tests/radio say; --bless writes it.

One row a function: its signature, where it is valid, its source, and how it is verified: against which vectors of
others, in which verified functions, or by its worked examples alone, and how far off it is at most.
usage: run.py HERMESC WORK [--bless]
"""
import csv
import pathlib
import re
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "stdlib"))
from library import SOURCE, TRUTHS, evaluate, modules  # noqa: E402

HERMESC, WORK = (pathlib.Path(word).resolve() for word in sys.argv[1:3])
PAGE = SOURCE / "docs/models.md"
MEASURED = SOURCE / "tests/radio/measured.csv"
HEAD = """\
# Radio models

The library's functions: what each is called with, where it is valid, where it comes from, and how it is verified. This
page is made from the modules in [stdlib](../stdlib) and from what
[tests/radio](../tests/radio) measures, and a test holds it against both.

- **Valid** are arguments within the ranges; `run` warns of others where they are ranges of parameters. Where none are
  named, the source states no limit: most of these are definitions, which hold wherever they give a number.
- **Worked examples** stand in each function's doc, with its arguments and units; all of them are computed in every test
  (`hermesc primer MODULE` lists a module's functions). Beside them stands by how much the function is off the digits that
  are written, which is their rounding.
- **Vectors** are numbers of others: of the test suites of simulators, of validation sheets, of tables of standards. They
  are no part of the source, and are named by their files. Beside each stand the number of rows and the greatest
  deviation; one of about 5e-05 dB is that of vectors with four digits.
- A vector that is known to be wrong is not followed: the number is then held against what the standard says, as noted
  below the table.
- A second computation is one that the test makes by itself from the standard's text.
- Where a function is part of others that are held against vectors, these are named, with their greatest deviation.
- The documents of 3GPP and the ITU were not at hand: formulas and parameters are those on which unrelated
  implementations of the named clause agree, or where only one was found, those of that one.
"""
NO_LIMIT = "no limit stated"
ROUNDING = 1e-12  # relative: deviations below differ from one machine to the next
SECOND = "a second computation"  # of a case that needs no vectors
TABLE = "| function | valid | source | verified by |\n| --- | --- | --- | --- |\n"


def called(text, names):
    return [name for name in dict.fromkeys(re.findall(r"\b(\w+)\(", text)) if name in names]


def callers_of(library):
    """Of each function, those whose bodies call it, however far above."""
    names = {function.name for module in library for function in module.functions}
    direct = {name: set() for name in names}
    for module in library:
        for function in module.functions:
            for name in called(function.body, names):
                direct[name].add(function.name)
    for _ in names:
        grown = {name: above | {far for near in above for far in direct[near]} for name, above in direct.items()}
        if grown == direct:
            break
        direct = grown
    return direct


def read_measured(library):
    """Of each function, the cases that call it."""
    names = {function.name for module in library for function in module.functions}
    cases = {name: [] for name in names}
    with open(MEASURED, encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            for name in called(row["value"], names):
                cases[name].append(row)
    return cases


def many(count, thing):
    return f"{count} {thing}{'s' * (count != 1)}"


def deviation(case):
    number, unit = case["deviation"], case["unit"]
    return "exact" if number == "0" else number if unit == "1" else f"{number} {unit}"


def against(name, cases):
    """All cases of one file of vectors: how many rows, and the worst deviation of any."""
    worst = max(cases, key=lambda case: float(case["deviation"]))
    return f"{name}: {many(sum(int(case['rows']) for case in cases), 'row')}, {deviation(worst)}"


def measured_examples(module):
    """Of each function, how far its worked examples are off what is written: a deviation and its unit."""
    examples = [(function.name, *example) for function in module.functions for example in function.examples()]
    worst = {}
    for (name, _, written, unit), value in zip(examples, evaluate(HERMESC, WORK, module.name, [e[1:] for e in examples])):
        off = 0 if written in TRUTHS else abs(value - float(written))
        off = 0 if off <= ROUNDING * max(abs(value), 10) else off
        worst[name] = max(worst.get(name, (0, unit)), (off, unit))
    return worst


def off_example(measured):
    off, unit = measured
    return deviation({"deviation": f"{off:.1e}" if off else "0", "unit": unit})


def verification(function, cases, callers, measured):
    files = {}
    for case in cases[function.name]:
        files.setdefault(case["vectors"].removesuffix(".csv") or SECOND, []).append(case)
    if files:
        return "; ".join(against(name, found) for name, found in files.items())
    above = sorted(name for name in callers[function.name] if cases[name])
    if above:
        worst = max((case for name in above for case in cases[name]), key=lambda case: float(case["deviation"]))
        return "in " + ", ".join(f"`{name}`" for name in above) + f": {deviation(worst)}"
    return f"{many(len(function.examples()), 'worked example')}: {off_example(measured[function.name])}"


def cell(text):
    return text.replace("|", "\\|")


def page():
    library = modules()
    cases, callers = read_measured(library), callers_of(library)
    lines = [HEAD]
    for module in library:
        lines.append(f"\n## `{module.name}`\n\n{module.doc}\n\n{TABLE}")
        measured = measured_examples(module)
        for function in module.functions:
            row = (f"`{function.bare_signature()}`", function.valid() or NO_LIMIT, function.part("Source"),
                   verification(function, cases, callers, measured))
            if not all(row):
                sys.exit(f"{module.name}.{function.name}: an empty cell: {row}")
            lines.append(f"| {' | '.join(map(cell, row))} |\n")
        notes = {case["reason"]: case for function in module.functions for case in cases[function.name]
                 if case["reason"] and case["vectors"]}
        for reason, case in notes.items():
            lines.append(f"\nNot all of {case['vectors'].removesuffix('.csv')} is followed: {reason}.\n")
    return "".join(lines)


def main():
    text = page()
    if "--bless" in sys.argv[3:]:
        PAGE.write_text(text, encoding="utf-8")
    kept = PAGE.read_text(encoding="utf-8") if PAGE.exists() else ""
    for old, new in zip(kept.splitlines(), text.splitlines()):
        if old != new:
            print(f"docs/models.md says:   {old}\nthe library says:      {new}")
            break
    print("docs/models.md is " + ("up to date" if kept == text else "not what the library says: --bless writes it"))
    return kept != text


sys.exit(main())
