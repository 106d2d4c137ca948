"""A whole system of others: from positions to gains, received powers, serving cells, SINR and CQI, over all cells at once.

The system's settings: 3.5 GHz, 20 MHz in equal subbands with the same power in each, 8 dBi towards everywhere, noise of
2e-20 W/Hz. Its cells are reported as rows of their table, counted from 0.
"""
import csv
import json
import subprocess

from vectors import REFERENCE

CHAIN = "crrm_end_to_end_chain.csv"
LOSSES = {("UMa", "LOS"): "uma_los_loss", ("UMa", "NLOS"): "uma_nlos_loss", ("UMi", "NLOS"): "umi_nlos_loss"}
TOLERANCE = 1e-5  # dB; the vectors have six decimals
BLUEPRINT = """\
blueprint chain "A system of base stations, at full load.";
import radio.measurement;
import radio.nr_link;
import radio.tr38901;
table cell from "cells.csv" {{ x_m : m; y_m : m; z_m : m; }}
table ue from "ues.csv" {{ x : m; y : m; z : m; }}
functional block reception "Every pair of a cell and a user." {{
  out rx[u in ue, c in cell] : dBm =
    db({power} W) + 8 dBi - {loss}(hypot(u.x - c.x_m, u.y - c.y_m), c.z_m, u.z, 3.5 GHz);
  out server[u in ue] : cell = argmax(rx[u, c] for c in cell);
  out rsrp[u in ue] : dBm = rx[u, server[u]];
  out quality[u in ue] : dB =
    sinr(rsrp[u], psum(rx[u, c] for c in cell if c != server[u]), db(2e-20 W/Hz * 20 MHz / {subbands}));
  out cqi[u in ue] : 1 = cqi_of_sinr_aimm(quality[u]);
}}
kpi users : 1 = count(true for u in ue);
"""


def rows_of(case):
    with open(REFERENCE / CHAIN, encoding="utf-8", newline="") as file:
        return [row for row in csv.DictReader(file) if row["case"] == case]


def write_data(work, case, rows):
    with open(REFERENCE / f"crrm_chain_case{case}_cells.csv", encoding="utf-8", newline="") as file:
        cells = [[row["cell_index"], row["x_m"], row["y_m"], row["z_m"]] for row in csv.DictReader(file)]
    ues = [[f"r{i}", row["ue_x_m"], row["ue_y_m"], row["ue_z_m"]] for i, row in enumerate(rows)]
    for name, head, lines in (("cells", ["cell", "x_m", "y_m", "z_m"], cells), ("ues", ["ue", "x", "y", "z"], ues)):
        with open(work / f"{name}.csv", "w", encoding="utf-8", newline="") as file:
            csv.writer(file).writerows([head, *lines])


def interpret(hermesc, work, rows):
    first = rows[0]
    text = BLUEPRINT.format(power=first["tx_power_w_per_subband"], subbands=first["n_subbands"],
                            loss=LOSSES[first["pathloss_model"], first["condition"]])
    run = subprocess.run([hermesc, "interpret", "-", "run", "--data", work, "--format", "json", "--quiet",
                          "--show", "rsrp,server,quality,cqi"], input=text, capture_output=True, text=True, timeout=600)
    if run.returncode != 0:
        raise SystemExit(run.stdout + run.stderr)
    return {name: array["values"] for name, array in json.loads(run.stdout)["arrays"].items()}


def wrong_in(row, found):
    return [f"{name} is {value}, and not {row[column]}"
            for name, value, column in found if abs(float(value) - float(row[column])) > TOLERANCE]


def check_chain(hermesc, work):
    """How many rows are right and how many wrong."""
    passed = failed = 0
    work.mkdir(exist_ok=True)
    for case in ("0", "1", "2"):
        rows = rows_of(case)
        write_data(work, case, rows)
        values = interpret(hermesc, work, rows)
        worst = 0
        for i, row in enumerate(rows):
            key = f"r{i}"
            wrong = wrong_in(row, [("the server", values["server"][key], "serving_cell"),
                                   ("the RSRP", values["rsrp"][key], "rsrp_dbm"),
                                   ("the SINR", values["quality"][key], "sinr_db"), ("the CQI", values["cqi"][key], "cqi")])
            worst = max(worst, abs(values["quality"][key] - float(row["sinr_db"])))
            passed, failed = passed + (not wrong), failed + bool(wrong)
            if wrong:
                print(f"FAILED chain {case}, user {row['ue']}: {'; '.join(wrong)}")
        print(f"chain {case}: {len(rows)} rows, the SINR at most {worst:.3g} dB off")
    return passed, failed
