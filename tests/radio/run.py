#!/usr/bin/env python3
"""The library's radio functions against numbers of others: vectors of test suites, tables of standards.

The vectors are no part of the source: they are read from HERMES_REFERENCE, else from shared/reference beside the source,
and what needs them is skipped where they are missing. All cases are one blueprint, which is interpreted once: a case is
a table of its vectors and an expression over each row. Rows that carry a flag are errors of their source.
usage: run.py HERMESC WORK
"""
import csv
import json
import math
import os
import pathlib
import subprocess
import sys
from dataclasses import dataclass, field
from typing import Callable

HERMESC, WORK = (pathlib.Path(word).resolve() for word in sys.argv[1:3])
SOURCE = pathlib.Path(os.environ.get("HERMES_SOURCE") or pathlib.Path(__file__).parents[2]).resolve()
REFERENCE = pathlib.Path(os.environ.get("HERMES_REFERENCE") or SOURCE.parent / "shared/reference")
SKIPPED = 77
SHOWN = 5  # rows that are wrong, of each case


def anything(row):
    return True


@dataclass
class Case:
    """`value` is an expression over a row `r` of the file; `columns` says what its columns are called there, and their units."""
    name: str
    file: str
    columns: dict
    value: str
    unit: str
    expected: Callable
    tolerance: float
    keep: Callable = anything
    close: Callable = lambda value, expected, tolerance: abs(value - expected) <= tolerance
    rows: list = field(default_factory=list)


def number(column):
    return lambda row: float(row[column])


def relative(value, expected, tolerance):
    return abs(value - expected) <= tolerance * abs(expected)


def below(value, expected, tolerance):
    return value < expected


# ---- cases ----

ELEMENT = "3gpp-38.901-table-7.3-1"
UPA = {"theta": ("direction_inclination_deg", "deg"), "phi": ("direction_azimuth_deg", "deg"),
       "bearing": ("bearing_deg", "deg"), "tilt": ("downtilt_deg", "deg"), "rows": ("rows", "1"), "cols": ("cols", "1"),
       "dv": ("row_spacing_lambda", "1"), "dh": ("col_spacing_lambda", "1")}
COSINE = {"phi": ("azimuth_deg", "deg"), "look": ("orientation_deg", "deg"), "wide": ("beamwidth_3db_deg", "deg"),
          "most": ("max_gain_dbi", "dBi"), "theta": ("inclination_deg", "deg")}
BOTH_CUTS = "r.most + cosine_gain(r.phi - r.look, r.wide) + cosine_gain(r.theta - 90 deg, r.wide)"
APERTURE = {"phi": ("azimuth_deg", "deg"), "theta": ("inclination_deg", "deg"), "radius": ("aperture_radius_m", "m"),
            "f": ("fc_ghz", "GHz"), "most": ("max_gain_dbi", "dBi"), "least": ("min_gain_dbi", "dBi"),
            "forced": ("force_gain_bounds", "bool")}
OFFSET = "acos(sin(r.theta) * cos(r.phi))"

ANTENNAS = [
    Case("parabolic", "ns3_antenna_parabolic.csv",
         {"phi": ("azimuth_deg", "deg"), "look": ("orientation_deg", "deg"), "wide": ("beamwidth_3db_deg", "deg"),
          "most": ("max_attenuation_db", "dB")},
         "parabolic_gain(r.phi - r.look, r.wide, r.most)", "dB", number("gain_db"), 1e-3),
    Case("cosine", "ns3_antenna_cosine.csv", COSINE, BOTH_CUTS, "dBi",
         number("gain_dbi"), 1e-3, lambda row: row["comparison"] == "EQUAL"),
    Case("cosine_behind", "ns3_antenna_cosine.csv", COSINE, BOTH_CUTS, "dBi",
         number("gain_dbi"), 0, lambda row: row["comparison"] == "LESSTHAN", below),
    Case("cosine_sector", "ns3_lte_antenna_cosine_azimuth.csv",
         {"look": ("orientation_deg", "deg"), "wide": ("beamwidth_3db_deg", "deg"), "x": ("ue_x_m", "m"),
          "y": ("ue_y_m", "m")},
         "cosine_gain(azimuth_towards(r.x, r.y) - r.look, r.wide)", "dB", number("gain_db"), 1e-3),
    Case("panel", "ns3_antenna_upa_gain.csv", UPA,
         "panel_gain(r.theta, r.phi, r.bearing, r.tilt, r.rows, r.cols, r.dv, r.dh, 0 deg, 0 deg)", "dBi",
         number("gain_dbi"), 1e-3, lambda row: row["element"] == ELEMENT),
    Case("array", "ns3_antenna_upa_gain.csv", UPA,
         "array_gain(r.theta, r.phi, r.rows, r.cols, r.dv, r.dh, 0 deg, 0 deg)", "dB", number("gain_dbi"), 1e-3,
         lambda row: row["element"] == "isotropic"),
    Case("aperture", "ns3_antenna_circular_aperture.csv", APERTURE,
         f"if r.forced or cos({OFFSET}) < 1e-12 then circular_aperture_gain({OFFSET}, r.radius, r.f, r.most, r.least)"
         f" else r.most + circular_aperture_pattern({OFFSET}, r.radius, r.f)",
         "dBi", number("gain_dbi"), 0.03),
    Case("element", "tr38901_antenna_element.csv",
         {"v": ("theta_3db_deg", "deg"), "h": ("phi_3db_deg", "deg"), "sla": ("sla_v_db", "dB"),
          "back": ("a_max_db", "dB"), "most": ("g_e_max_dbi", "dBi")},
         "abs(element_gain(70 deg, 40 deg, r.v, r.h, r.sla, r.back, r.most)"
         " - (if r.most > 6 dBi then tr38901_element_gain(70 deg, 40 deg) else tr38802_element_gain(70 deg, 40 deg)))",
         "dB", lambda row: 0, 1e-9),
]

NOISE = [  # the source's Boltzmann constant has three digits
    Case("noise", "ns3_lte_noise_psd.csv", {"nf": ("noise_figure_db", "dB")}, "lin(receiver_noise(1 Hz, r.nf))", "W",
         number("noise_psd_w_per_hz"), 5e-4, close=relative),
    Case("noise_174", "ns3_lte_noise_psd.csv", {"nf": ("noise_figure_db", "dB")},
         "lin(receiver_noise_minus_174(1 Hz, r.nf))", "W", number("recomputed_minus174dBm_per_hz"), 1e-9, close=relative),
]

CASES = ANTENNAS + NOISE
MODULES = ["antenna", "noise"]


# ---- one blueprint of all ----

def read_vectors(case):
    with open(REFERENCE / case.file, encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    good = "case" if "case" in rows[0] else "flag"  # a flag of the noise vectors tells of their source's own tolerance
    case.rows = [row for row in rows if (good == "case" or not row.get("flag")) and case.keep(row)]


def write_table(case):
    with open(WORK / f"{case.name}.csv", "w", encoding="utf-8", newline="") as file:
        out = csv.writer(file)
        out.writerow(["key", *case.columns])
        for i, row in enumerate(case.rows):
            out.writerow([f"r{i}", *(row[column] for column, _ in case.columns.values())])


def declarations(case):
    columns = " ".join(f"{name} : {unit};" for name, (_, unit) in case.columns.items())
    return f'''table t_{case.name} from "{case.name}.csv" {{ {columns} }}
functional block b_{case.name} "{case.file}" {{ out {case.name}[r in t_{case.name}] : {case.unit} = {case.value}; }}
'''


def interpret(cases):
    text = 'blueprint vectors "Numbers of others.";\n' + "".join(f"import radio.{module};\n" for module in MODULES)
    text += "".join(map(declarations, cases)) + f"kpi rows : 1 = count(true for r in t_{cases[0].name});\n"
    (WORK / "vectors.hbp").write_text(text, encoding="utf-8")
    run = subprocess.run([HERMESC, "interpret", WORK / "vectors.hbp", "run", "--data", WORK, "--format", "json", "--quiet",
                          "--show", ",".join(case.name for case in cases)], capture_output=True, text=True, timeout=600)
    if run.returncode != 0:
        sys.exit(run.stdout + run.stderr)
    return json.loads(run.stdout)["arrays"]


def check(case, values):
    """How many rows are wrong."""
    wrong, worst = 0, 0
    for i, row in enumerate(case.rows):
        value = values[f"r{i}"]
        value = -math.inf if value is None else value
        expected = case.expected(row)
        worst = max(worst, abs(value - expected))
        if not case.close(value, expected, case.tolerance):
            wrong += 1
            if wrong <= SHOWN:
                given = ", ".join(f"{name} {row[column]}" for name, (column, _) in case.columns.items())
                print(f"FAILED {case.name}: {given}: {value} {case.unit}, and {case.file} says {expected}")
    print(f"{case.name}: {len(case.rows)} rows, {wrong} wrong, at most {worst:.3g} off")
    return wrong


def main():
    if not REFERENCE.is_dir():
        print(f"skipped: there are no vectors at {REFERENCE} (HERMES_REFERENCE names another directory)")
        return SKIPPED
    WORK.mkdir(parents=True, exist_ok=True)
    cases = [case for case in CASES if (REFERENCE / case.file).exists()]
    for case in cases:
        read_vectors(case)
        write_table(case)
        if not case.rows:
            sys.exit(f"{case.name}: no row of {case.file} is left")
    arrays = interpret(cases)
    wrong = sum(check(case, arrays[case.name]["values"]) for case in cases)
    print(f"{sum(len(case.rows) for case in cases) - wrong} passed, {wrong} failed, {len(CASES) - len(cases)} skipped")
    return wrong != 0


sys.exit(main())
