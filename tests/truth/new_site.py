"""The KPIs of examples/new_site, computed by hand: `python3 tests/truth/new_site.py`.

The antenna column is summed here element by element, as complex numbers, and angles are taken from
vectors; the blueprint has closed forms.
"""
import cmath
import math

from common import decibels, first_best, mean, percentile, ratio, report, rows, thermal_noise_watts, watts

FREQUENCY, SUBCARRIER, ELEMENTS = 2.1, 15e3, 1272  # GHz, Hz, 1
NOISE_FIGURE, UE_HEIGHT, WALL_LOSS = 9.0, 1.5, 15.0
NEW_X, NEW_Y = 2700.0, 2200.0
COLUMN = 10


def line_of_sight_loss(ground, height):
    slant = math.sqrt(ground ** 2 + (height - UE_HEIGHT) ** 2)
    breakpoint = 4 * (height - 1) * (UE_HEIGHT - 1) * FREQUENCY * 1e9 / 3.0e8
    if ground <= breakpoint:
        return 28.0 + 22 * math.log10(slant) + 20 * math.log10(FREQUENCY)
    return (28.0 + 40 * math.log10(slant) + 20 * math.log10(FREQUENCY)
            - 9 * math.log10(breakpoint ** 2 + (height - UE_HEIGHT) ** 2))


def expected_loss(ground, height):
    slant = math.sqrt(ground ** 2 + (height - UE_HEIGHT) ** 2)
    sight = line_of_sight_loss(ground, height)
    none = max(sight, 13.54 + 39.08 * math.log10(slant) + 20 * math.log10(FREQUENCY)
               - 0.6 * (UE_HEIGHT - 1.5))
    chance = 1.0 if ground <= 18 else 18 / ground + math.exp(-ground / 63) * (1 - 18 / ground)
    return chance * sight + (1 - chance) * none


def antenna_gain(east, north, azimuth, height, tilt):
    """dBi towards a user that far east and north."""
    ground = max(10.0, math.sqrt(east ** 2 + north ** 2))
    ahead = east * math.sin(math.radians(azimuth)) + north * math.cos(math.radians(azimuth))
    aside = east * math.cos(math.radians(azimuth)) - north * math.sin(math.radians(azimuth))
    across = math.degrees(math.atan2(aside, ahead))
    below = math.atan((height - UE_HEIGHT) / ground)
    loss = min(12 * (across / 65) ** 2, 30) + min(12 * (math.degrees(below) / 65) ** 2, 30)
    phase = math.pi * (math.sin(below) - math.sin(math.radians(tilt)))
    wave = sum(cmath.exp(1j * n * phase) for n in range(COLUMN))
    return 8 - min(loss, 30) + decibels(abs(wave) ** 2 / COLUMN)


def kpis(policy):
    cells = rows("new_site", "cells.csv")
    users = rows("new_site", "ues.csv")
    x, y = policy.get("new_x", NEW_X), policy.get("new_y", NEW_Y)
    tilt = policy.get("tilt", {})
    planned = {row["cell"]: row["planned"] == "true" for row in cells}

    noise = thermal_noise_watts(SUBCARRIER) * ratio(NOISE_FIGURE)
    members = {row["cell"]: 0 for row in cells}
    served = []
    for user in users:
        received = {}
        for row in cells:
            name = row["cell"]
            east = float(user["x"]) - (x if planned[name] else float(row["x"]))
            north = float(user["y"]) - (y if planned[name] else float(row["y"]))
            height = float(row["height"])
            loss = expected_loss(max(10.0, math.sqrt(east ** 2 + north ** 2)), height)
            gain = antenna_gain(east, north, float(row["azimuth"]), height,
                                tilt.get(name, float(row["tilt"])))
            walls = WALL_LOSS if user["indoor"] == "true" else 0.0
            received[name] = float(row["tx_power"]) - decibels(ELEMENTS) + gain - loss - walls
        server = first_best(received.items())
        interference = math.fsum(watts(level) for name, level in received.items() if name != server)
        members[server] += 1
        served.append((server, received[server], watts(received[server]) / (interference + noise)))

    rates = [ELEMENTS * SUBCARRIER * math.log2(1 + sinr) / members[server] / 1e6
             for server, _, sinr in served]
    return {
        "coverage": 100 * sum(level >= -110 for _, level, _ in served) / len(served),
        "edge_rate": percentile(5, rates),
        "mean_rate": mean(rates),
        "median_sinr": percentile(50, [decibels(sinr) for _, _, sinr in served]),
        "crowd": max(members.values()),
        "taken_over": 100 * sum(planned[server] for server, _, _ in served) / len(served),
    }


if __name__ == "__main__":
    report("new_site", kpis)
