"""Vectors of measurements: RSRP, RSRQ, SINR with interferers that come and go, and what LTE makes of an SNR."""
import re

from vectors import Case, number, relative

# ---- RSRQ: two cells, one transmit port, of which only the reference signals are sent; a receiver of 9 dB ----

OCCUPIED = "2 RE/PRB"
NOISE = "receiver_noise_minus_174(15 kHz/RE, 9 dB)"
CELLS = {"near": ("rsrp_serving_dbm", "dBm/RE"), "far": ("rsrp_neighbour_dbm", "dBm/RE")}


def rsrq_of(power):
    parts = ", ".join(f"rssi_of_cell({level}, {OCCUPIED}, 6 PRB)" for level in ("r.near", "r.far", NOISE))
    return f"rsrq({power}, psum({parts}), 6 PRB)"


QUALITY = [
    Case("rsrq_serving", "ns3_lte_rsrp_rsrq.csv", CELLS, rsrq_of("r.near"), "dB", number("rsrq_serving_db"), 1e-5),
    Case("rsrq_neighbour", "ns3_lte_rsrp_rsrq.csv", CELLS, rsrq_of("r.far"), "dB", number("rsrq_neighbour_db"), 1e-5),
]

# ---- SINR over a second: the mean of the linear SINR, weighted by how long the interferers stay as they are ----

ENDS = [1.0, 1.2, 1.5, 1.6, 1.7, 2.0]
PARTS = range(len(ENDS) - 1)


def interference(row, part):
    """Total of the interferers, each of which says `power@[from,duration or end]s`, in the middle of a part."""
    middle = (ENDS[part] + ENDS[part + 1]) / 2
    total = 0.0
    for i in range(1, 5):
        power, begin, end = map(float, re.fullmatch(r"(.+)@\[(.+),(.+)\]s", row[f"interferer{i}_psd"]).groups())
        total += power * (begin <= middle < end)
    return total


AVERAGE = [
    Case("sinr_average", "ns3_lte_time_averaged_sinr.csv",
         {"s": ("signal_psd_w_per_hz@[1,2]s", "W/Hz"), "n": ("noise_psd_w_per_hz", "W/Hz")}
         | {f"i{p}": (lambda row, p=p: interference(row, p), "W/Hz") for p in PARTS},
         " + ".join(f"{ENDS[p + 1] - ENDS[p]:.1f} * lin(sinr(db(r.s), db(r.i{p}), db(r.n)))" for p in PARTS), "1",
         number("sinr_linear_time_average"), 1e-9, deviation=relative),
]

# ---- LTE's adaptation by Piro ----

PIRO = {"snr": ("snr_db", "dB")}
ADAPTATION = [
    Case("piro_eff", "ns3_lte_amc_piro_snr_se_mcs.csv", PIRO, "piro_lte_efficiency(r.snr, 0.00005)", "bit/s/Hz",
         number("spectral_efficiency_bps_per_hz"), 5.1e-6),
    Case("piro_mcs", "ns3_lte_amc_piro_snr_se_mcs.csv", PIRO,
         "piro_lte_mcs(cqi_of_efficiency(1, piro_lte_efficiency(r.snr, 0.00005)))", "1", number("mcs_index_lte_table"), 0),
]

BUDGET = [
    Case("snr_budget", "ns3_lte_pathloss_snr_budget.csv",
         {"power": ("tx_power_dbm", "dBm"), "loss": ("pathloss_db", "dB"), "width": ("bandwidth_mhz", "MHz"),
          "nf": ("noise_figure_db", "dB")},
         "snr(received_power(r.power, 0 dB, r.loss), receiver_noise_minus_174(r.width, r.nf))", "dB",
         number("recomputed_snr_db"), 1e-4),
]

# ---- a system simulator's chain: SINR to CQI, MCS and efficiency; its MCS is its own line, floor(28 / 15 CQI) ----

CHAIN = "crrm_end_to_end_chain.csv"
SYSTEM = [
    Case("crrm_shannon", CHAIN, {"sinr": ("sinr_db", "dB")}, "shannon(r.sinr)", "bit/s/Hz",
         number("shannon_se_bps_per_hz"), 1e-5),
    Case("crrm_cqi", CHAIN, {"sinr": ("sinr_db", "dB")}, "cqi_of_sinr_aimm(r.sinr)", "1", number("cqi"), 0),
    Case("crrm_mcs_eff", CHAIN, {"mcs": ("mcs", "1")}, "mcs_efficiency(1, r.mcs)", "bit/s/Hz",
         number("se_from_mcs_table1"), 5.0001e-5),
]

MEASUREMENT = QUALITY + AVERAGE + ADAPTATION + BUDGET + SYSTEM
