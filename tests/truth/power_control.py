"""The KPIs of examples/power_control, computed by hand: `python3 tests/truth/power_control.py`."""
import math

from common import first_best, mean, percentile, ratio, report, rows, thermal_noise_watts, watts

BANDWIDTH, SUBCARRIER, NOISE_FIGURE = 20e6, 15e3, 7.0


def kpis(policy):
    offset = policy.get("offset", {})
    cells = [row["cell"] for row in rows("power_control", "cells.csv")]
    received = {row["ue"]: {} for row in rows("power_control", "ues.csv")}
    for row in rows("power_control", "rsrp.csv"):
        received[row["ue"]][row["cell"]] = float(row["rsrp"]) + offset.get(row["cell"], 0.0)

    noise = thermal_noise_watts(SUBCARRIER) * ratio(NOISE_FIGURE)
    rates, covered = [], 0
    for at in received.values():
        server = first_best((c, at[c]) for c in cells)
        interference = math.fsum(watts(at[c]) for c in cells if c != server)
        sinr = watts(at[server]) / (interference + noise)
        rates.append(BANDWIDTH * math.log2(1 + sinr) / 1e6)
        covered += at[server] >= -110
    return {
        "mean_rate": mean(rates),
        "edge_rate": percentile(5, rates),
        "coverage": 100 * covered / len(rates),
    }


if __name__ == "__main__":
    report("power_control", kpis)
