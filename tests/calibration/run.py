#!/usr/bin/env python3
"""examples/calibration makes the networks of 3GPP's calibration: its curves lie on 3GPP's, its settings are the
table's.

Curves and table are no part of the source (see tests/radio). Without them, what can be known without them is tested all
the same, and the test counts as skipped where all of that holds.
usage: run.py HERMESC WORK
"""
import csv
import json
import math
import os
import pathlib
import re
import subprocess
import sys
import xml.etree.ElementTree

TESTS = pathlib.Path(__file__).resolve().parents[1]
sys.path.insert(0, str(TESTS))
from cases import Wrong, require, run_all  # noqa: E402
from radio.vectors import REFERENCE  # noqa: E402

HERMESC, WORK = (pathlib.Path(word).resolve() for word in sys.argv[1:3])
EXAMPLE = TESTS.parent / "examples/calibration"
CURVES = REFERENCE / "tr38901_calibration_phase1_cdf.csv"
SETTINGS = REFERENCE / "tr38901_table_7_8_1_calibration.csv"
CACHE = pathlib.Path(os.environ.get("HERMES_BUILD", ""), "CMakeCache.txt")
SANITIZED = CACHE.is_file() and "HERMES_SANITIZE:BOOL=ON" in CACHE.read_text(encoding="utf-8")
SKIPPED = 77
MOST_LINES, LEAST_USERS = 80, 40000
GAIN, SINR = "path_gain_db", "geometry_sinr_db"
ALLOWED = {"inh": {GAIN: 0.3, SINR: 0.3}, "uma": {GAIN: 1.3, SINR: 0.6}}  # dB off the mean, percentiles 5 to 95
CURVE_OF = {"inh": ("InH", "6"), "uma": ("UMa", "6")}
AT_30_GHZ = {"frequency": "30 GHz", "power": "35 dBm", "bandwidth": "100 MHz"}  # as `run umi30` says
CASES = {  # blueprint, what is set, the row of the table: its scenario and frequency
    "inh": ("inh", {}, "InH-Office(open)", "6"), "uma": ("uma", {}, "UMa", "6"),
    "umi": ("umi", {}, "UMi-StreetCanyon", "6"), "umi30": ("umi", AT_30_GHZ, "UMi-StreetCanyon", "30")}
FEW = {"uniform(100000,": "uniform(200,", "drop(site, 4000,": "drop(site, 10,"}
FREQUENCY_LOSS = 20 * math.log10(30 / 6)  # dB between 6 GHz and 30 GHz in sight; whatever stands in between adds to it


def rows_of(path):
    with open(path, encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def calibrate(*words, compiler=HERMESC, reference=REFERENCE):
    environment = {**os.environ, "HERMESC": str(compiler), "HERMES_REFERENCE": str(reference)}
    return subprocess.run([sys.executable, EXAMPLE / "run", *map(str, words)], env=environment, cwd=WORK, text=True,
                          capture_output=True, timeout=600, check=False)


def output_of(*words):
    done = subprocess.run([str(word) for word in words], cwd=WORK, text=True, capture_output=True, timeout=600,
                          check=False)
    require(done.returncode == 0, f"{words}: exit {done.returncode}\n{done.stdout}{done.stderr}")
    return done.stdout


# ---- whole drops: what `run` writes

def percentiles_of(path):
    """Of each metric 101 values, which only grow."""
    text = path.read_text(encoding="utf-8")
    require(text.startswith("metric,cdf_percentile,value_db\n"), f"{path.name} begins with {text[:40]!r}")
    curves = {}
    for row in rows_of(path):
        points = curves.setdefault(row["metric"], [])
        require(int(row["cdf_percentile"]) == len(points), f"{row['metric']}: {row['cdf_percentile']} is out of order")
        points.append(float(row["value_db"]))
    require(sorted(curves) == [SINR, GAIN], f"metrics {sorted(curves)}")
    for metric, points in curves.items():
        require(len(points) == 101, f"{metric}: {len(points)} percentiles")
        require(all(a <= b for a, b in zip(points, points[1:])), f"{metric} does not grow")
    return curves


def check_picture(path, drawn):
    picture = xml.etree.ElementTree.parse(path).getroot()
    lines = [node for node in picture.iter() if node.tag.endswith("polyline")]
    require(len(lines) == drawn, f"{path.name} has {len(lines)} curves, not {drawn}")
    require(all(len(line.get("points").split()) > 90 for line in lines), f"{path.name}: a curve has too few points")


def check_curve(case):
    path = WORK / f"{case}.csv"
    done = calibrate(case, "--percentiles", path)
    require(done.returncode == 0 and not done.stderr, f"exit {done.returncode}, {done.stderr}")
    curves = percentiles_of(path)
    counts = [int(n) for n in re.findall(r"(\d+) users", done.stdout)]
    require(len(counts) == 2 and min(counts) >= LEAST_USERS, f"so many users: {counts}")
    known = case in CURVE_OF and CURVES.is_file()
    check_picture(path.with_suffix(".svg"), 4 if known else 2)
    for metric, allowed in ALLOWED[case].items() if known else ():
        theirs = {int(row["cdf_percentile"]): float(row["value_3gpp_mean_db"]) for row in rows_of(CURVES)
                  if (row["scenario"], row["fc_ghz"]) == CURVE_OF[case] and row["metric"] == metric}
        off = max((curves[metric][p] - theirs[p] for p in range(5, 96)), key=abs)
        require(abs(off) <= allowed, f"{metric} is {off:+.2f} dB off the mean of 3GPP, allowed are {allowed} dB")
        require(f"at most {off:+.2f} dB" in done.stdout, f"{metric} is {off:+.2f} dB off, and printed is {done.stdout}")
    require(known or done.stdout.count("no curve of 3GPP") == 2, done.stdout)


def check_frequency():
    """umi and umi30 drop the same users, with the same chances: frequency alone changes their gain."""
    curves = {}
    for case in ("umi", "umi30"):
        check_curve(case)
        curves[case] = percentiles_of(WORK / f"{case}.csv")[GAIN]
    more = [low - high for low, high in zip(curves["umi"], curves["umi30"])]
    require(min(more[5:96]) >= FREQUENCY_LOSS - 0.01, f"30 GHz loses only {min(more[5:96]):.2f} dB more than 6 GHz")
    require(more[95] <= FREQUENCY_LOSS + 1.5, f"nearly all in sight, 30 GHz loses {more[95]:.2f} dB more than 6 GHz")


def check_seeds():
    """The seed is 1 where none is said; it alone decides what comes out."""
    check_curve("inh")
    first = (WORK / "inh.csv").read_bytes()
    for seed, same in ((1, True), (2, False)):
        path = WORK / f"seed-{seed}.csv"
        done = calibrate("inh", "--seed", seed, "--percentiles", path, reference=WORK)
        require(done.returncode == 0, done.stderr)
        require((path.read_bytes() == first) == same, f"seed {seed} gives {'other' if same else 'the same'} percentiles")


def check_troubles():
    missing = calibrate("inh", compiler=WORK / "no-compiler")
    require(missing.returncode == 1 and "HERMESC" in missing.stderr, f"{missing.returncode}: {missing.stderr}")
    require(calibrate("rma").returncode == 2, "rma is no case")


# ---- the blueprints

def blueprint_of(case):
    return (EXAMPLE / f"{CASES[case][0]}.hbp").read_text(encoding="utf-8")


def check_lines(case):
    lines = blueprint_of(case).count("\n")
    require(lines <= MOST_LINES, f"{lines} lines; most are {MOST_LINES}")


def few_users(case, name):
    """The case's blueprint with a few of its users, and the twin of that."""
    text = blueprint_of(case)
    for many, few in FEW.items():
        text = text.replace(many, few)
    require(text != blueprint_of(case), f"{case}.hbp drops its users in an unknown way")
    path, twin = WORK / f"{name}-{case}.hbp", WORK / f"{name}-{case}"
    path.write_text(text, encoding="utf-8")
    output_of(HERMESC, path, "-o", twin)
    return path, twin


def check_few(case):
    """Both evaluators tell the same, and what is expected of any network holds."""
    path, twin = few_users(case, "few")
    words = ["run", "--draws", "2", *sets_of(case), "--format", "csv", "--show", "path_gain,geometry_sinr"]
    native, interpreted = (list(csv.reader(output_of(*program, *words).splitlines()))
                           for program in ([twin], [HERMESC, "interpret", path]))
    require(len(native) > 100 and len(native) == len(interpreted), f"{len(native)} and {len(interpreted)} lines")
    for ours, theirs in zip(native[1:], interpreted[1:]):
        close = ours[0] == theirs[0] and all(abs(float(a) - float(b)) < 1e-9 for a, b in zip(ours[1:], theirs[1:]))
        require(close, f"native {ours}, interpreted {theirs}")
    output_of(twin, "test", *sets_of(case))


def sets_of(case):
    return [word for name, value in CASES[case][1].items() for word in ("--set", f"{name}={value}")]


def arguments_of(text, source):
    found = re.search(rf"from {source}\(([^)]*)\)", text)
    if not found:
        raise Wrong(f"no table from {source}")
    return [word.strip() for word in found[1].split(",")]


def check_inputs(case, row):
    twin = few_users(case, "settings")[1]
    told = json.loads(output_of(twin, "run", "--draws", "1", *sets_of(case), "--format", "json"))
    expected = {"frequency": row["fc_ghz"], "power": row["bs_tx_power_dbm"], "bandwidth": row["bandwidth_mhz"],
                "noise_figure": row["ut_noise_figure_db"], "downtilt": float(row["electrical_tilt_zenith_deg"]) - 90}
    if case == "inh":
        expected |= {"ceiling": row["h_bs_m"], "desk": row["h_ut_m"]}
    ours = {name: value["value"] for name, value in told["inputs"].items()}
    require(ours == {name: float(value) for name, value in expected.items()}, f"{ours}; the table has {row}")


def check_office(text, row):
    length, width, columns, rows, spacing = arguments_of(text, "hall")
    require("x".join(side.removesuffix(" m") for side in (length, width)) == row["room_m"], "the room")
    require(int(columns) * int(rows) == int(row["n_sites"]) and spacing == f"{row['isd_m']} m", "the sites")
    require(arguments_of(text, "uniform")[1:] == [length, width], "the users")
    require("inh_open_los_probability" in text and "wall" not in text, "an open office")


def check_grid(text, row):
    require(arguments_of(text, "hexagonal") == ["2", f"{row['isd_m']} m"], "the distance of sites")
    require(row["n_sites"] == "19 wraparound", "two rings are 19 sites")
    indoor = f"{float(row['indoor_fraction']) * 100:.0f} %"
    dropped = arguments_of(text, "drop")[2:]
    require(dropped == [f"{row['isd_m']} m", f"{row['min_bs_ut_dist2d_m']} m", indoor], f"the drop {dropped}")
    require(f"bernoulli({float(row['high_loss_fraction_of_indoor']) * 100:.0f} %)" in text, "the walls")
    require(text.count(f"{row['h_bs_m']} m, u.height, frequency") == 2, "the height over which paths are lost")
    require(f"u.height - {row['h_bs_m']} m" in text, "the height from which antennas look")
    require(text.count(f"u.y - s.y, 2, {row['isd_m']} m)") == 2, "the edge of the grid")


def check_settings(case):
    """Every setting of the case's row in 3GPP's table, against what the blueprint and its twin say."""
    row = next(row for row in rows_of(SETTINGS) if (row["scenario"], row["fc_ghz"]) == CASES[case][2:])
    text = blueprint_of(case)
    check_inputs(case, row)
    require(arguments_of(text, "sectors") == ["site", "3"] and row["sectors_boresight_deg"] == "30 150 270", "sectors")
    require("c.azimuth, 10, downtilt)" in text and row["bs_antenna"].startswith("10x1 V column 0.5 lambda"), "antenna")
    (check_office if case == "inh" else check_grid)(text, row)


def tests():
    yield "troubles", check_troubles
    for case in CASES:
        yield f"{case}: lines", lambda case=case: check_lines(case)
        yield f"{case}: few users", lambda case=case: check_few(case)
    for case in CASES if SETTINGS.is_file() and not SANITIZED else ():
        yield f"{case}: settings", lambda case=case: check_settings(case)
    yield "inh: curve and seeds", check_seeds
    if not SANITIZED:  # whole drops of macro cells take too long there
        yield "uma: curve", lambda: check_curve("uma")
        yield "umi and umi30: curves", check_frequency


if __name__ == "__main__":
    WORK.mkdir(parents=True, exist_ok=True)
    failed = run_all(tests())
    at_hand = CURVES.is_file() and SETTINGS.is_file()
    if not failed and not at_hand:
        print(f"skipped the rest: no curves of 3GPP in {REFERENCE}")
    sys.exit(1 if failed else 0 if at_hand else SKIPPED)
