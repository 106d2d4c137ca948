#!/usr/bin/env python3
"""Data beyond all physics: what comes out is a finite KPI, or an invalid decision whose reason names value and row.

    python3 tests/robustness/run.py HERMESC WORK

Gains of -10,000 dB and +1,000 dB, silent cells, one user, no bandwidth, no traffic: the examples are tried with
each of these, through `run`, `compare` and `rank`, and the models of links.hbp with all of them at once. The native
twin and the interpreter must say the same, and what a case comes to stands beside it: None for finite KPIs, else
its reason, in which the lines of the blueprint are left out.
"""
import csv
import functools
import itertools
import json
import math
import pathlib
import random
import re
import subprocess
import sys

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent))
from cases import require, run_all  # noqa: E402

EXAMPLES = HERE.parent.parent / "examples"
HERMESC, WORK = (pathlib.Path(word).resolve() for word in sys.argv[1:3])
USERS = 5  # of an example: the first ones
RELATIVE = 1e-12
NETWORKS = 24  # made for links.hbp
LINE = re.compile(r" \(blueprint line \d+\)")
WHERE = re.compile(r"^kpi `\w+` is (not a number|infinite|minus infinity) \(blueprint line \d+\)"
                   r"(, first `\w+`( at \w+ \S+(, \w+ \S+)*)? \(blueprint line \d+\))?$")

# ---- tables ----


def read_tables(example):
    tables = {}
    for path in sorted((EXAMPLES / example / "data").glob("*.csv")):
        with open(path, encoding="utf-8", newline="") as file:
            tables[path.stem] = list(csv.DictReader(file))
    users = [row["ue"] for row in tables["ues"][:USERS]]
    return {name: [row for row in rows if row.get("ue", users[0]) in users] for name, rows in tables.items()}


def write_tables(directory, tables):
    directory.mkdir(parents=True, exist_ok=True)
    for name, rows in tables.items():
        with open(directory / f"{name}.csv", "w", encoding="utf-8", newline="") as file:
            out = csv.DictWriter(file, rows[0])
            out.writeheader()
            out.writerows(rows)


def put(table, column, value, first=0, last=None):
    """A change: the column's value in those rows."""
    def change(tables):
        for row in tables[table][first:last]:
            row[column] = value
    return change


def only(key, names):
    """A change: rows of these names alone, wherever they are named."""
    def change(tables):
        for name, rows in tables.items():
            tables[name] = [row for row in rows if row.get(key, names[0]) in names]
    return change


ONE_USER = only("ue", ["u1"])

# ---- cases: example, what, changes, words, and what it comes to ----

EXAMPLE_CASES = [
    ("power_control", "all gains -10000 dB", [put("rsrp", "rsrp", -10000)], [], None),
    ("power_control", "one user's gains -10000 dB", [put("rsrp", "rsrp", -10000, 0, 21)], [], None),
    ("power_control", "all gains +1000 dB", [put("rsrp", "rsrp", 1000)], [], None),
    ("power_control", "one gain +1000 dB", [put("rsrp", "rsrp", 1000, 0, 1)], [], None),
    ("power_control", "silent cells", [put("cells", "tx_power", -10000)], [], None),
    ("power_control", "one user", [ONE_USER], [], None),
    ("power_control", "one user, one cell", [ONE_USER, only("cell", ["c1"])], [], None),
    ("power_control", "no bandwidth", [], ["bandwidth=0 Hz"], None),
    ("power_control", "no noise", [], ["subcarrier=0 kHz/RE"], None),
    ("power_control", "no noise and no neighbour", [only("cell", ["c1"])], ["subcarrier=0 kHz/RE"],
     "kpi `mean_rate` is infinite, first `sinr` at ue u1"),
    ("power_control", "nothing at all", [only("cell", ["c1"])], ["subcarrier=0 kHz/RE", "bandwidth=0 Hz"],
     "kpi `mean_rate` is not a number, first `rate` at ue u1"),
    ("energy_saving", "all gains -10000 dB", [put("gain", "gain", -10000)], [], "kpi `energy_per_bit` is infinite"),
    ("energy_saving", "one user's gains -10000 dB", [put("gain", "gain", -10000, 0, 42)], [], None),
    ("energy_saving", "all gains +1000 dB", [put("gain", "gain", 1000)], [], "kpi `energy_per_bit` is infinite"),
    ("energy_saving", "one gain +1000 dB", [put("gain", "gain", 1000, 0, 1)], [], None),
    ("energy_saving", "all that may sleep does", [], ["sleep=true"], None),
    ("energy_saving", "silent cells", [put("cells", "tx_power", -10000)], [], "kpi `energy_per_bit` is infinite"),
    ("energy_saving", "one user", [ONE_USER], [], None),
    ("energy_saving", "no bandwidth anywhere", [put("cells", "bandwidth", 0)], [], "kpi `energy_per_bit` is infinite"),
    ("energy_saving", "no bandwidth of some", [put("cells", "bandwidth", 0, 0, 20)], [], None),
    ("energy_saving", "no traffic of one user", [put("ues", "demand", 0, 0, 1)], [], None),
    ("energy_saving", "no traffic", [put("ues", "demand", 0)], [], "kpi `energy_per_bit` is infinite"),
    ("energy_saving", "too much traffic", [put("ues", "demand", 1e12)], [], None),
    ("energy_saving", "no traffic, no bandwidth", [put("ues", "demand", 0), put("cells", "bandwidth", 0)], [],
     "kpi `energy_per_bit` is infinite"),
    ("energy_saving", "a rectifier that gives nothing", [put("sites", "efficiency", 0, 2, 3)], [],
     "kpi `energy` is infinite, first `site_power` at site s3, hour h00"),
    ("new_site", "silent cells", [put("cells", "tx_power", -10000)], [], None),
    ("new_site", "one silent cell", [put("cells", "tx_power", -10000, 0, 1)], [], None),
    ("new_site", "powers of +1000 dBm", [put("cells", "tx_power", 1000)], [], None),
    ("new_site", "one user", [ONE_USER], [], None),
    ("new_site", "walls of 10000 dB", [put("ues", "indoor", "true")], ["wall_loss=10000 dB"], None),
    ("new_site", "walls that amplify", [put("ues", "indoor", "true")], ["wall_loss=-1000 dB"], None),
    ("new_site", "users on the mast",
     [put(table, axis, 0) for table in ("ues", "cells") for axis in "xy"], [], None),
    ("new_site", "users far beyond", [put("ues", "x", 1e9)], [], None),
    ("new_site", "no bandwidth", [], ["subcarrier=0 kHz/RE"], None),
    ("new_site", "no resource element", [], ["elements=0 RE"],
     "kpi `edge_rate` is not a number, first `sinr` at ue u1"),
    ("frequency_reuse", "silent cells", [], ["power=0 W"], None),
    ("frequency_reuse", "one silent cell", [], ["power[m1]=0 W"], None),
    ("frequency_reuse", "antennas of -10000 dBi", [put("cells", "antenna", -10000)], [], None),
    ("frequency_reuse", "antennas of +1000 dBi", [put("cells", "antenna", 1000)], [], None),
    ("frequency_reuse", "one user", [ONE_USER], [], None),
    ("frequency_reuse", "a part without width", [put("parts", "width", 0, 0, 1)], ["fairness=0.5"], None),
    ("frequency_reuse", "no bandwidth", [put("parts", "width", 0)], [], None),
    ("frequency_reuse", "no bandwidth, silent cells", [put("parts", "width", 0)], ["power=0 W"], None),
    ("frequency_reuse", "no noise", [], ["noise_density=-10000 dBm/Hz"], None),
    ("frequency_reuse", "users on the mast", [put("ues", "x", 0), put("ues", "y", 0)], [], None),
]

# ---- evaluators ----


@functools.cache
def twin_of(blueprint):
    twin = WORK / f"{blueprint.stem}.ndt"
    built = subprocess.run([HERMESC, blueprint, "-o", twin], capture_output=True, text=True, timeout=600)
    require(built.returncode == 0, built.stderr)
    return twin


def evaluated(blueprint, command, data, words, exits=(0, 1)):
    """The document that both evaluators print."""
    documents = []
    for program in ([twin_of(blueprint)], [HERMESC, "interpret", blueprint]):
        done = subprocess.run([*program, command, "--data", data, "--format", "json", "--quiet", *words],
                              capture_output=True, text=True, timeout=600)
        require(done.returncode in exits, f"{command} exits {done.returncode}: {done.stdout}{done.stderr}")
        documents.append(json.loads(done.stdout))
        documents[-1].pop("provenance")
        invalid = command == "run" and "invalid" in documents[-1]
        require(command != "run" or invalid == (done.returncode == 1), f"exit {done.returncode}: {done.stdout}")
    require(alike(*documents), f"native and interpreter differ:\n{documents[0]}\n{documents[1]}")
    return documents[0]


def alike(a, b):
    if isinstance(a, float) or isinstance(b, float):
        return math.isclose(a, b, rel_tol=RELATIVE, abs_tol=1e-9)
    if isinstance(a, dict):
        return isinstance(b, dict) and a.keys() == b.keys() and all(alike(a[key], b[key]) for key in a)
    if isinstance(a, list):
        return isinstance(b, list) and len(a) == len(b) and all(map(alike, a, b))
    return a == b


def finite(kpis):
    values = [kpi["value"] if isinstance(kpi, dict) else kpi for kpi in kpis.values()]
    return all(isinstance(value, (int, float)) and math.isfinite(value) for value in values)


def check_entry(kpis, reason):
    """Finite KPIs, or none of them and a reason."""
    if reason is None:
        require(finite(kpis), f"not finite: {kpis}")
    else:
        require(kpis is None, f"KPIs of an invalid decision: {kpis}")
        require(WHERE.match(reason), f"the reason is `{reason}`")


# ---- examples ----


def check_example(number, example, changes, words, expected):
    tables = read_tables(example)
    for change in changes:
        change(tables)
    data = WORK / f"{example}{number}"
    write_tables(data, tables)
    blueprint = EXAMPLES / example / f"{example}.hbp"
    sets = [word for pair in words for word in ("--set", pair)]
    run = evaluated(blueprint, "run", data, sets)
    check_entry(run["kpis"], run.get("invalid"))
    reason = LINE.sub("", run["invalid"]) if "invalid" in run else None
    require(reason == expected, f"comes to {reason}, not to {expected}")
    candidates = data / "candidates.jsonl"
    lines = ["{}"] + candidate_lines(example, tables)
    candidates.write_text("\n".join(lines) + "\n", encoding="utf-8")
    ranked = evaluated(blueprint, "rank", data, [candidates, *sets])["ranking"]
    require(len(ranked) == len(lines), f"{len(ranked)} ranked of {len(lines)}")
    for entry in ranked:
        check_entry(entry["kpis"], entry.get("reason"))
    after = data / "after.json"
    after.write_text(lines[-1], encoding="utf-8")
    compared = evaluated(blueprint, "compare", data, [after, *sets])
    require((compared["kpis"] is None) == ("invalid" in compared["before"] or "invalid" in compared["after"]),
            "compare has no KPIs, and no reason")


def candidate_lines(example, tables):
    """Decisions about the cells that are left."""
    cells = [row["cell"] for row in tables["cells"]]
    if example == "power_control":
        return [json.dumps({"offset": {cell: value}}) for cell in cells[:2] for value in (-6, 6)]
    if example == "energy_saving":
        return ['{"sleep": true}', json.dumps({"sleep": {cells[-1]: True}})]
    if example == "new_site":
        return ['{"new_x": 0, "new_y": 0}', '{"tilt": 0}', '{"new_x": 3600}']
    return ['{"power": 0}', json.dumps({"power": {cells[0]: 0}}), '{"power": 100}']


# ---- links.hbp ----


def network(rng):
    """Tables in which most is beyond physics, or zero."""
    cells = [{"cell": f"c{i}", "tx_power": rng.choice([-10000, 46, 46, 1000]), "bandwidth": rng.choice([0, 20, 20])}
             for i in range(rng.choice([1, 3]))]
    ues = [{"ue": f"u{i}", "arrivals": rng.choice([0, 1, 1e9])} for i in range(rng.choice([1, 4]))]
    gains = rng.choice([[-10000], [1000], [-100], [-10000, -100], [-10000, 1000], [-10000, -300, -100, 1000]])
    paths = [{"ue": u["ue"], "cell": c["cell"], "gain": rng.choice(gains)} for u in ues for c in cells]
    return {"cells": cells, "ues": ues, "gain": paths}


def decisions(cells):
    """All choices of links.hbp, with all cells on, none, and all but the first."""
    patterns = [True, False, {cell["cell"]: i > 0 for i, cell in enumerate(cells)}]
    ways = itertools.product(["by_all", "by_half", "by_none"], ["none", "attenuated", "piro", "cqi", "aimm", "layers"],
                             ["mean_rate", "edge_rate", "least_sinr", "received", "share_heard", "report", "fullest",
                              "waiting"], patterns)
    return [{"disturbed": disturbed, "adaptation": adaptation, "told": told, "on": on}
            for disturbed, adaptation, told, on in ways]


def check_network(number):
    data = WORK / f"network{number}"
    tables = network(random.Random(number))
    write_tables(data, tables)
    made = decisions(tables["cells"])
    (data / "decisions.jsonl").write_text("".join(json.dumps(d) + "\n" for d in made), encoding="utf-8")
    ranked = evaluated(HERE / "links.hbp", "rank", data, [data / "decisions.jsonl"])["ranking"]
    require(len(ranked) == len(made), f"{len(ranked)} ranked of {len(made)}")
    for entry in ranked:
        check_entry(entry["kpis"], entry.get("reason"))
        reason, decision = entry.get("reason") or "", made[entry["candidate"] - 1]
        require("not a number" not in reason, f"{decision}: {reason}")
        require(not reason or decision["told"] not in ("share_heard", "report", "fullest"), f"{decision}: {reason}")


def main():
    WORK.mkdir(parents=True, exist_ok=True)
    examples = sorted({case[0] for case in EXAMPLE_CASES})
    for blueprint in [*(EXAMPLES / name / f"{name}.hbp" for name in examples), HERE / "links.hbp"]:
        twin_of(blueprint)  # before the threads, so that each is built once
    tests = [(f"{example}: {what}", functools.partial(check_example, i, example, changes, words, expected))
             for i, (example, what, changes, words, expected) in enumerate(EXAMPLE_CASES)]
    tests += [(f"links, network {i}", functools.partial(check_network, i)) for i in range(NETWORKS)]
    return run_all(tests)


sys.exit(main())
