#!/usr/bin/env python3
"""Whole systems of others come out the same: examples/frequency_reuse, native and interpreted, on the places of the
Cellular Radio Reference Model: received powers, serving cells, SINR, CQI, MCS and throughput of every user.

    python3 tests/chain/run.py HERMESC WORK

The numbers are no part of the source (see tests/radio); without them the test is skipped. Each system has its own
settings in every row; all of them 3.5 GHz, 20 MHz in equal parts, 8 dBi, and noise of 2e-20 W/Hz.
"""
import csv
import json
import math
import pathlib
import subprocess
import sys

TESTS = pathlib.Path(__file__).resolve().parents[1]
sys.path.insert(0, str(TESTS))
from radio.vectors import REFERENCE  # noqa: E402

HERMESC, WORK = (pathlib.Path(word).resolve() for word in sys.argv[1:3])
BLUEPRINT = TESTS.parent / "examples/frequency_reuse/frequency_reuse.hbp"
CHAIN = REFERENCE / "crrm_end_to_end_chain.csv"
SKIPPED = 77
KINDS = {"UMa": "macro", "UMi": "micro"}
BANDWIDTH, NOISE = 20, 10 * math.log10(2e-20 / 1e-3)  # MHz; dBm/Hz
COMPARED = [  # what the twin calls it, the column, by how much they may differ
    ("server", "serving_cell", 0), ("rsrp", "rsrp_dbm", 1e-6), ("quality", "sinr_db", 1e-6), ("cqi", "cqi", 0),
    ("mcs", "mcs", 0), ("efficiency", "se_from_mcs_table1", 1e-9), ("throughput", "throughput_mbps", 1e-6)]


def read(path):
    with open(path, encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def write(path, head, lines):
    with open(path, "w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([head, *lines])


def write_data(data, case, rows):
    """Cells are named by their numbers, as in the column of serving cells; users and parts of the band, too."""
    data.mkdir(parents=True, exist_ok=True)
    first = rows[0]
    kind, power = KINDS[first["pathloss_model"]], first["tx_power_w_per_subband"]
    cells = read(REFERENCE / f"crrm_chain_case{case}_cells.csv")
    write(data / "cells.csv", ["cell", "x", "y", "height", "kind", "antenna", "power"],
          [[row["cell_index"], row["x_m"], row["y_m"], row["z_m"], kind, 8, power] for row in cells])
    users = {row["ue"]: [row["ue"], row["ue_x_m"], row["ue_y_m"], row["ue_z_m"]] for row in rows}
    write(data / "ues.csv", ["ue", "x", "y", "height"], users.values())
    parts = int(first["n_subbands"])
    write(data / "parts.csv", ["part", "width"], [[i, repr(BANDWIDTH / parts)] for i in range(parts)])


def arrays_of(program, data, first):
    """Every compared array of a run, as the twin's JSON has it."""
    sets = {"sight": "true" if first["condition"] == "LOS" else "false", "fairness": first["fairness_p"],
            "noise_density": repr(NOISE)}
    words = [word for name, value in sets.items() for word in ("--set", f"{name}={value}")]
    run = subprocess.run([*program, "run", "--data", data, "--format", "json", "--quiet", "--show",
                          ",".join(name for name, _, _ in COMPARED), *words],
                         capture_output=True, text=True, timeout=600)
    if run.returncode != 0:
        sys.exit(run.stdout + run.stderr)
    return {name: array["values"] for name, array in json.loads(run.stdout)["arrays"].items()}


def compare(rows, arrays, worst):
    """How many of the rows are right; `worst` keeps the greatest deviation of each column."""
    right = 0
    for row in rows:
        wrong = []
        for name, column, tolerance in COMPARED:
            value = arrays[name][row["ue"]]
            value = value[row["subband"]] if isinstance(value, dict) else value
            off = math.inf if value is None else abs(float(value) - float(row[column]))
            worst[name] = max(worst[name], off)
            if not off <= tolerance:
                wrong.append(f"{name} is {value}, and not {row[column]}")
        right += not wrong
        if wrong:
            print(f"FAILED system {row['case']}, user {row['ue']}, part {row['subband']}: {'; '.join(wrong)}")
    return right


def main():
    if not CHAIN.exists():
        print(f"there is no {CHAIN.name} at {REFERENCE} (HERMES_REFERENCE names another directory)")
        return SKIPPED
    WORK.mkdir(parents=True, exist_ok=True)
    twin = WORK / "ndt"
    built = subprocess.run([HERMESC, BLUEPRINT, "-o", twin], capture_output=True, text=True, timeout=600)
    if built.returncode != 0:
        sys.exit(built.stdout + built.stderr)
    rows = read(CHAIN)
    passed = failed = 0
    for case in sorted({row["case"] for row in rows}):
        those = [row for row in rows if row["case"] == case]
        data = WORK / f"system{case}"
        write_data(data, case, those)
        for how, program in (("native", [twin]), ("interpreted", [HERMESC, "interpret", BLUEPRINT])):
            worst = dict.fromkeys((name for name, _, _ in COMPARED), 0)
            right = compare(those, arrays_of(program, data, those[0]), worst)
            passed, failed = passed + right, failed + len(those) - right
            print(f"system {case}, {how}: {len(those)} rows, at most off by",
                  ", ".join(f"{off:.2g} ({name})" for name, off in worst.items()))
    print(f"{passed} passed, {failed} failed")
    return failed != 0 or passed == 0


sys.exit(main())
