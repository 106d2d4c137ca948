"""Tables of power models: EARTH, TR 38.864, TR 38.840."""
import math

from blocks import nothing
from vectors import Case, number

EARTH = {"kind": (lambda row: row["bs_type"].lower(), "{macro, rrh, micro, pico, femto}"), "n": ("n_trx", "1"),
         "most": ("p_max_w_per_antenna", "W"), "p0": ("p0_w", "W"), "slope": ("delta_p", "1"), "sleep": ("p_sleep_w", "W")}


def half_output(row):
    """The number of transceivers multiplies both terms; the source's own code leaves it out of one."""
    return int(row["n_trx"]) * (float(row["p0_w"]) + float(row["delta_p"]) * float(row["p_max_w_per_antenna"]) / 2)


def asleep(row):
    return int(row["n_trx"]) * float(row["p_sleep_w"])


STATIONS = [
    Case(f"earth_{name}", "earth_bs_power.csv", EARTH, f"{function}(r.kind)", unit, number(column), 0)
    for name, function, unit, column in (
        ("trx", "earth_transceivers", "1", "n_trx"), ("most", "earth_max_output", "W", "p_max_w_per_antenna"),
        ("p0", "earth_idle_power", "W", "p0_w"), ("slope", "earth_slope", "1", "delta_p"),
        ("sleep", "earth_sleep_power", "W", "p_sleep_w"))
] + [
    Case("earth_half", "earth_bs_power.csv", EARTH, "earth_power_at_load(r.kind, 0.5, true)", "W", half_output, 1e-9),
    Case("earth_asleep", "earth_bs_power.csv", EARTH, "earth_power_at_load(r.kind, 0.5, false)", "W", asleep, 1e-9),
]

STATE = "{deep_sleep, light_sleep, micro_sleep, active_downlink, active_uplink}"
SET = {"category": ("bs_category", "1"), "set": ("reference_set", "1")}
MOVE = {"category": ("bs_category", "1"), "state": (lambda row: row["state"].replace(" ", "_"), STATE)}

GNB = [
    Case(f"gnb_{state}", "tr38864_bs_relative_power.csv", SET, f"gnb_relative_power(r.category, r.set, {state})", "1",
         number(column), 0)
    for state, column in (("deep_sleep", "p1_deep_sleep"), ("light_sleep", "p2_light_sleep"),
                          ("micro_sleep", "p3_micro_sleep"), ("active_downlink", "p4_active_dl"),
                          ("active_uplink", "p5_active_ul"))
] + [
    Case("gnb_time", "tr38864_transitions.csv", MOVE, "gnb_transition_time(r.category, r.state)", "ms",
         number("total_transition_time_ms"), 1e-9),
    Case("gnb_energy", "tr38864_transitions.csv", MOVE, "gnb_transition_energy(r.category, r.state)", "ms",
         number("additional_transition_energy_rel_ms"), 1e-9),
]



def strangers(rows):
    """Categories that the report does not have, in the states whose values depend on it."""
    return [{"category": category, "state": state} for category in ("0", "1.5", "3")
            for state in ("deep_sleep", "light_sleep")]


STRANGER = {"category": ("category", "1"), "state": ("state", STATE)}

GNB += [
    Case(f"no_such_gnb_{name}", "", STRANGER, value, unit, lambda row: -math.inf, 0, deviation=nothing, spread=strangers,
         reason="no number")
    for name, value, unit in (
        ("power", "gnb_relative_power(r.category, 1, light_sleep)", "1"),
        ("time", "gnb_transition_time(r.category, r.state)", "ms"),
        ("energy", "gnb_transition_energy(r.category, r.state)", "ms"))
]

UE_STATES = {"deep sleep": "deep_sleep", "light sleep": "light_sleep", "micro sleep": "micro_sleep",
             "PDCCH-only": "pdcch_only", "SSB/CSI-RS": "ssb_or_csi_rs", "PDCCH+PDSCH": "pdcch_and_pdsch"}
RANGE = (lambda row: row["frequency_range"].lower(), "{fr1, fr2}")


def level(row):
    """`UL 11.5 dBm (...)`: 11.5; a level that does not matter: any."""
    words = row["state"].split()
    return words[1] if "dBm" in words else "20"


UE = [
    Case("ue_state", "tr38840_ue_relative_power.csv",
         {"range": RANGE, "state": (lambda row: UE_STATES[row["state"]], "{" + ", ".join(UE_STATES.values()) + "}")},
         "ue_relative_power(r.range, r.state)", "1", number("relative_power"), 0, lambda row: row["state"] in UE_STATES),
    Case("ue_uplink", "tr38840_ue_relative_power.csv", {"range": RANGE, "transmit": (level, "dBm")},
         "ue_uplink_power(r.range, r.transmit)", "1", number("relative_power"), 1e-9,
         lambda row: row["state"].startswith("UL")),
]

ENERGY = STATIONS + GNB + UE
