#!/usr/bin/env python3
"""The quantities of task.md, straight from its words: `python3 truth.py DATA_DIR POLICY_FILE|-`."""
import math
import os
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", ".."))
from shared import link_efficiency, percentile, ratio, report, rows, thermal_noise_watts, watts

NOISE_FIGURE = 7.0  # dB


def serve(cells, users, level, awake):
    """{user: (server, what the whole carrier could give, bit/s)} of those with service."""
    link = {}
    for user in users:
        heard = [c for c in awake if (user, c) in level]
        if not heard:
            continue
        server = max(heard, key=lambda c: level[user, c] + float(cells[c]["preference"]))
        others = math.fsum(watts(level[user, c]) for c in heard
                           if c != server and cells[c]["layer"] == cells[server]["layer"])
        width = float(cells[server]["bandwidth"]) * 1e6
        noise = thermal_noise_watts(width) * ratio(NOISE_FIGURE)
        efficiency = link_efficiency(watts(level[user, server]) / (others + noise))
        if efficiency > 0:
            link[user] = server, width * efficiency
    return link


def quantities(directory, policy):
    sleep = policy.get("sleep", {})
    cells = {row["cell"]: row for row in rows(directory, "cells.csv")}
    demand = {row["ue"]: float(row["demand"]) * 1e3 for row in rows(directory, "ues.csv")}  # bit/s
    hours = {row["hour"]: row for row in rows(directory, "hours.csv")}
    level = {}  # dBm
    for row in rows(directory, "gain.csv"):
        level[row["ue"], row["cell"]] = float(cells[row["cell"]]["tx_power"]) + float(row["gain"])

    def asleep(cell, hour):
        return cells[cell]["layer"] == "capacity" and sleep.get(cell, {}).get(hour, False)

    energy = offered = carried = peak = 0.0  # J, bit, bit, 1
    content, rates = 0, []
    for hour, row in hours.items():
        seconds, activity = 60 * float(row["length"]), float(row["activity"]) / 100
        awake = [c for c in cells if not asleep(c, hour)]
        link = serve(cells, demand, level, awake)
        wanted = dict.fromkeys(awake, 0.0)
        for user, (server, whole) in link.items():
            wanted[server] += demand[user] * activity / whole
        for c, about in cells.items():
            if c in wanted:
                idle, full = float(about["p_idle"]), float(about["p_full"])
                energy += seconds * (idle + (full - idle) * min(1.0, wanted[c]))
                if asleep(c, row["previous"]):
                    energy += 3600 * float(about["wake_energy"])
            else:
                energy += seconds * float(about["p_sleep"])
        peak = max(peak, *wanted.values())
        for user, wish in demand.items():
            offered += wish * activity * seconds
            rates.append(0.0)
            if user in link:
                server, whole = link[user]
                carried += wish * activity * seconds / max(1.0, wanted[server])
                content += wanted[server] <= 1
                rates[-1] = whole * (1 - min(1.0, wanted[server])) / 1e6
    return {
        "energy": energy / 3.6e6,
        "carried": carried / 8e9,
        "dropped": 100 * (1 - carried / offered),
        "energy_per_volume": energy / 3600 / (carried / 8e9),
        "satisfied": 100 * content / len(rates),
        "edge_rate": percentile(10, rates),
        "peak_load": 100 * peak,
    }


if __name__ == "__main__":
    report(quantities)
