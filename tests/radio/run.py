#!/usr/bin/env python3
"""The library's radio functions against numbers of others: vectors of test suites, tables of standards.

The vectors are no part of the source: they are read from HERMES_REFERENCE, else from shared/reference beside the
source, and what needs them is skipped where they are missing. All cases are one blueprint, which is interpreted once:
a case is a table of its vectors and an expression over each row. Rows that carry a flag are errors of their source.
The worst deviation of each case stands in measured.csv, and must be what is measured; --bless writes it where no
vectors are missing.
usage: run.py HERMESC WORK [--bless]
"""
import csv
import pathlib
import sys

from blocks import BLOCKS
from energy import ENERGY
from fading import FADING
from link import CURVES, LINK
from measurement import MEASUREMENT
from panels import TURNED
from propagation import PROPAGATION
from scheduling import SCHEDULING
from vectors import REFERENCE, Case, below, check, interpret, number, read_vectors, relative, write_table

HERMESC, WORK = (pathlib.Path(word).resolve() for word in sys.argv[1:3])
MEASURED = pathlib.Path(__file__).with_name("measured.csv")
SKIPPED = 77
ROUNDING = 1e-11  # deviations below differ from one machine to the next

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
         number("gain_dbi"), 0, lambda row: row["comparison"] == "LESSTHAN", deviation=below),
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
         number("noise_psd_w_per_hz"), 5e-4, deviation=relative),
    Case("noise_174", "ns3_lte_noise_psd.csv", {"nf": ("noise_figure_db", "dB")},
         "lin(receiver_noise_minus_174(1 Hz, r.nf))", "W", number("recomputed_minus174dBm_per_hz"), 1e-9, deviation=relative),
]

CASES = BLOCKS + TURNED + ANTENNAS + NOISE + LINK + CURVES + MEASUREMENT + ENERGY + PROPAGATION + FADING + SCHEDULING
MODULES = ["antenna", "energy", "fading", "hata", "itu_p1411", "itu_p676", "itu_p838", "link", "measurement", "noise",
           "nr_bler", "nr_link", "propagation", "scheduling", "tr37885", "tr38811", "tr38901"]


# ---- what was measured ----

def line_of(case, worst):
    measured = "0" if worst < ROUNDING else f"{worst:.1e}"
    how = {"relative": "relative", "below": "only below"}.get(case.deviation.__name__, case.unit)
    return {"case": case.name, "vectors": case.file, "rows": str(len(case.rows)), "unit": how,
            "tolerance": f"{case.tolerance:g}", "deviation": measured, "value": case.value, "reason": case.reason}


def differs_from_measured(lines):
    """How many of the lines measured now stand otherwise in the file, or are no case's any more."""
    with open(MEASURED, encoding="utf-8", newline="") as file:
        kept = {row["case"]: row for row in csv.DictReader(file)}
    for line in lines:
        if kept.get(line["case"]) != line:
            print(f"FAILED {line['case']}: {MEASURED.name} does not say what was measured: {line} (--bless)")
    left = kept.keys() - {case.name for case in CASES}
    if left:
        print(f"FAILED {MEASURED.name} has lines of no case: {', '.join(sorted(left))} (--bless)")
    return sum(kept.get(line["case"]) != line for line in lines) + len(left)


def bless(lines):
    with open(MEASURED, "w", encoding="utf-8", newline="") as file:
        out = csv.DictWriter(file, lines[0], lineterminator="\n")
        out.writeheader()
        out.writerows(lines)


def main():
    WORK.mkdir(parents=True, exist_ok=True)
    cases = [case for case in CASES if not case.file or (REFERENCE / case.file).exists()]
    for case in cases:
        read_vectors(case)
        write_table(case, WORK)
    arrays = interpret(HERMESC, WORK, MODULES, cases)
    results = [check(case, arrays[case.name]["values"]) for case in cases]
    lines = [line_of(case, worst) for case, (_, worst) in zip(cases, results)]
    if "--bless" in sys.argv[3:] and len(cases) == len(CASES):
        bless(lines)
    wrong = sum(wrong for wrong, _ in results)
    passed = sum(len(case.rows) for case in cases) - wrong
    wrong += differs_from_measured(lines)
    print(f"{passed} passed, {wrong} failed, {len(CASES) - len(cases)} cases skipped")
    if wrong == 0 and len(cases) < len(CASES):
        print(f"there are no vectors of them at {REFERENCE} (HERMES_REFERENCE names another directory)")
        return SKIPPED
    return wrong != 0


sys.exit(main())
