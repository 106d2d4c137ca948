"""Vectors of the link: CQI and MCS tables, EESM, SINR thresholds."""
from vectors import Case, number


def own_table(row):
    """Of Table 5.1.3.1-2, for one, the 2."""
    return row["ts38214_table"].rpartition("-")[2]


CQI = {"table": (own_table, "1"), "cqi": ("cqi_index", "1")}
MCS = {"table": (own_table, "1"), "mcs": ("mcs_index", "1")}
BETA = {"table": ("mcs_table", "1"), "mcs": ("mcs_index", "1")}


def not_out_of_range(row):
    return row["cqi_index"] != "0"


LINK = [  # efficiencies are printed with four decimals
    Case("cqi_order", "ts38214_cqi_tables.csv", CQI, "cqi_modulation_order(r.table - 1, r.cqi)", "bit/RE",
         number("modulation_order_qm"), 0, not_out_of_range),
    Case("cqi_rate", "ts38214_cqi_tables.csv", CQI, "cqi_code_rate(r.table - 1, r.cqi) * 1024", "1",
         number("code_rate_x1024"), 0, not_out_of_range),
    Case("cqi_eff", "ts38214_cqi_tables.csv", CQI, "cqi_efficiency(r.table - 1, r.cqi)", "bit/s/Hz",
         number("efficiency_bps_per_hz"), 5.0001e-5),
    Case("cqi_back", "ts38214_cqi_tables.csv", CQI,
         "cqi_of_efficiency(r.table - 1, cqi_efficiency(r.table - 1, r.cqi))", "1", number("cqi_index"), 0),
    Case("mcs_order", "ts38214_mcs_tables_pdsch.csv", MCS, "mcs_modulation_order(r.table, r.mcs)", "bit/RE",
         number("modulation_order_qm"), 0),
    Case("mcs_rate", "ts38214_mcs_tables_pdsch.csv", MCS, "mcs_code_rate(r.table, r.mcs) * 1024", "1",
         number("code_rate_x1024"), 0),
    Case("mcs_eff", "ts38214_mcs_tables_pdsch.csv", MCS, "mcs_efficiency(r.table, r.mcs)", "bit/s/Hz",
         number("spectral_efficiency_bps_per_hz_recomputed"), 5.0001e-5),
    Case("mcs_back", "ts38214_mcs_tables_pdsch.csv", MCS,  # MCS 16 of table 1 is more efficient than MCS 17
         "mcs_of_efficiency(r.table, mcs_efficiency(r.table, r.mcs))", "1",
         lambda row: float(row["mcs_index"]) + (row["ts38214_table"] == "5.1.3.1-1" and row["mcs_index"] == "16"), 0),
    Case("beta", "nr_eesm_beta.csv", BETA,
         "if r.table == 1 then eesm_beta_5g_lena_table_1(r.mcs) else eesm_beta_5g_lena_table_2(r.mcs)", "1",
         number("beta_5glena"), 1e-12),
    Case("aimm", "aimm_crrm_sinr_to_cqi.csv", {"cqi": ("cqi_index", "1"), "sinr": ("sinr_threshold_db", "dB")},
         "cqi_of_sinr_aimm(r.sinr) + cqi_of_sinr_aimm(r.sinr - 0.001 dB)", "1",
         lambda row: 2 * float(row["cqi_index"]) - 1, 0),
]

# ---- SINR at a block error rate of 10 %, of each family and table: there, and back to the MCS ----


def has_curve(table, column):
    return lambda row: (row["mcs_table"], row["cb_size_bits_sionna"]) == (table, "1000") and row[column] != ""


NEED = {"mcs": ("mcs_index", "1")}
CURVES = [
    Case(f"bler_{family}_{table}", "l2s_snr_at_10pct_bler.csv", NEED, f"sinr_of_mcs_{family}_table_{table}(r.mcs)", "dB",
         number(column), 1e-12, has_curve(table, column))
    for family, column in (("sionna", "sionna_snr_db"), ("5g_lena", "5glena_snr_db")) for table in ("1", "2")
] + [
    Case(f"bler_back_{family}_{table}", "l2s_snr_at_10pct_bler.csv", NEED | {"sinr": (column, "dB")},
         f"mcs_of_sinr_{family}_table_{table}(r.sinr + 0.001 dB)", "1", number("mcs_index"), 0, has_curve(table, column))
    for family, column in (("sionna", "sionna_snr_db"), ("5g_lena", "5glena_snr_db")) for table in ("1", "2")
]
