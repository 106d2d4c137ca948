"""The KPIs of examples/energy_saving, computed by hand: `python3 tests/truth/energy_saving.py`."""
import math

from common import decibels, first_best, percentile, ratio, report, rows, thermal_noise_watts, watts

NOISE_FIGURE, PREFERENCE = 7.0, 14.0


def link_efficiency(sinr):
    """bit/s/Hz from a linear signal to interference and noise ratio."""
    if decibels(sinr) < -10:
        return 0.0
    return min(0.6 * math.log2(1 + sinr), 4.4)


def kpis(policy):
    sleep = policy.get("sleep", {})
    cells = {row["cell"]: row for row in rows("energy_saving", "cells.csv")}
    sites = {row["site"]: row for row in rows("energy_saving", "sites.csv")}
    users = {row["ue"]: float(row["demand"]) * 1e6 for row in rows("energy_saving", "ues.csv")}
    layer = {c: cells[c]["layer"] for c in cells}
    width = {c: float(cells[c]["bandwidth"]) * 1e6 for c in cells}
    noise = {c: thermal_noise_watts(width[c]) * ratio(NOISE_FIGURE) for c in cells}
    level = {}
    for row in rows("energy_saving", "gain.csv"):
        level[row["ue"], row["cell"]] = float(cells[row["cell"]]["tx_power"]) + float(row["gain"])
    power = {key: watts(value) for key, value in level.items()}

    energy = offered = served = 0.0  # J, bit, bit
    throughputs, asleep, capacity_hours, peak = [], 0, 0, 0.0
    for hour in rows("energy_saving", "traffic.csv"):
        seconds, activity = 60 * float(hour["length"]), float(hour["activity"]) / 100
        awake = [c for c in cells
                 if layer[c] == "coverage" or not sleep.get(c, {}).get(hour["hour"], False)]
        link, wanted = {}, {c: 0.0 for c in cells}
        for u, demand in users.items():
            server = first_best((c, level[u, c] + PREFERENCE * (layer[c] == "capacity")) for c in awake)
            others = math.fsum(power[u, c] for c in awake
                               if layer[c] == layer[server] and c != server)
            efficiency = link_efficiency(power[u, server] / (others + noise[server]))
            link[u] = server, efficiency
            if efficiency > 0:
                wanted[server] += demand * activity / (width[server] * efficiency)
        load = {c: min(1.0, wanted[c]) for c in cells}
        for u, demand in users.items():
            server, efficiency = link[u]
            offered += demand * activity * seconds
            if efficiency > 0:
                served += demand * activity * seconds / max(1.0, wanted[server])
            throughputs.append(width[server] * efficiency * (1 - load[server]) / 1e6)
        for site in sites.values():
            energy += float(site["p_fixed"]) * seconds
        for c, row in cells.items():
            if c in awake:
                radiated = load[c] * watts(float(row["tx_power"]))
                drawn = float(row["p_idle"]) + float(row["slope"]) * radiated
            else:
                drawn = float(row["p_sleep"])
            energy += drawn / (float(sites[row["site"]]["efficiency"]) / 100) * seconds
            if layer[c] == "capacity":
                capacity_hours += 1
                asleep += c not in awake
                if c in awake:
                    peak = max(peak, load[c])
    return {
        "energy": energy / 3.6e6,
        "energy_per_bit": energy / (served / 1e6),
        "dropped_share": 100 * (1 - served / offered),
        "edge_rate": percentile(5, throughputs),
        "satisfied": 100 * sum(rate >= 2 for rate in throughputs) / len(throughputs),
        "sleeping": 100 * asleep / capacity_hours,
        "peak_load": 100 * peak,
    }


if __name__ == "__main__":
    report("energy_saving", kpis)
