#!/usr/bin/env python3
"""The quantities of task.md, straight from its words: `python3 truth.py DATA_DIR POLICY_FILE|-`."""
import math
import os
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", ".."))
from shared import decibels, link_efficiency, mean, percentile, ratio, report, rows, thermal_noise_watts, watts

NUMEROLOGY = 1
BLOCK = 12 * 15e3 * 2 ** NUMEROLOGY  # Hz
P0, ALPHA = -84.0, 0.8


def quantities(directory, policy):
    noise = {row["cell"]: thermal_noise_watts(BLOCK) * ratio(float(row["noise_figure"]))
             for row in rows(directory, "cells.csv")}
    users = {row["ue"]: row for row in rows(directory, "ues.csv")}
    loss = {user: {} for user in users}  # dB
    for row in rows(directory, "loss.csv"):
        loss[row["ue"]][row["cell"]] = float(row["loss"])
    alpha = policy.get("alpha", ALPHA)

    server, power, density, limited = {}, {}, {}, 0  # W, W per block
    for user, row in users.items():
        if not loss[user]:
            continue
        best = min(loss[user], key=loss[user].get)
        blocks, most = float(row["blocks"]), float(row["max_power"]) / 1000
        p0 = policy.get("p0", {}).get(best, P0)
        asked = watts(p0 + decibels(2 ** NUMEROLOGY * blocks) + alpha * loss[user][best])
        limited += asked > most
        server[user], power[user] = best, min(asked, most)
        density[user] = power[user] / blocks

    interference = {}
    for cell in noise:
        interference[cell] = 0.0
        for other in noise:
            sending = [density[user] / ratio(loss[user][cell]) if cell in loss[user] else 0.0
                       for user, best in server.items() if best == other]
            if other != cell and sending:
                interference[cell] += mean(sending)

    rates = []
    for user, row in users.items():
        rates.append(0.0)
        if user in server:
            best = server[user]
            sinr = density[user] / ratio(loss[user][best]) / (interference[best] + noise[best])
            sharing = sum(other == best for other in server.values())
            rates[-1] = float(row["blocks"]) * BLOCK * link_efficiency(sinr, 0.4, 2.0) / sharing / 1e6
    return {
        "mean_power": 1000 * mean(power.values()),
        "limited": 100 * limited / len(server),
        "noise_rise": decibels(mean([1 + interference[cell] / noise[cell] for cell in noise])),
        "mean_rate": mean(rates),
        "edge_rate": 1000 * percentile(10, rates),
    }


if __name__ == "__main__":
    report(quantities)
