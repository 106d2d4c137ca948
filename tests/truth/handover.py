"""The KPIs of examples/handover, computed by hand: `python3 tests/truth/handover.py TWIN`.

Shadowing and errors of measurement are the twin's; all that follows from them is worked out here: each phone
lives through its ticks, one after the other.
"""
import math

from common import decibels, drawn, percentile, ratio, report, rows, thermal_noise_watts

EXAMPLE = "handover"
TICKS, STEP = 2250, 0.040  # s
FREQUENCY, MAST, HAND = 3.5, 25.0, 1.5  # GHz, m
POWER, ELEMENTS, SUBCARRIER, ANTENNA, TILT, CAR = 49.0, 3276, 30e3, 17.0, 6.0, 9.0
LOAD, NOISE_FIGURE, OUT_OF_SYNC, IN_SYNC, PATIENCE, SHORT_STAY = 0.7, 9.0, -8.0, -6.0, 1.0, 1.0
NOISE = thermal_noise_watts(SUBCARRIER) * ratio(NOISE_FIGURE)


def mean_loss(ground):
    """TR 38.901 UMa: the mean, in dB, of sight and none."""
    slant = math.hypot(ground, MAST - HAND)
    breakpoint = 4 * (MAST - 1) * (HAND - 1) * FREQUENCY * 1e9 / 3.0e8
    sight = 28.0 + 22 * math.log10(slant) + 20 * math.log10(FREQUENCY)
    if ground > breakpoint:
        sight = (28.0 + 40 * math.log10(slant) + 20 * math.log10(FREQUENCY)
                 - 9 * math.log10(breakpoint ** 2 + (MAST - HAND) ** 2))
    none = max(sight, 13.54 + 39.08 * math.log10(slant) + 20 * math.log10(FREQUENCY))
    chance = 1.0 if ground <= 18 else 18 / ground + math.exp(-ground / 63) * (1 - 18 / ground)
    return chance * sight + (1 - chance) * none


def sector_loss(off, below):
    """TR 36.814, Table A.2.1.1-2, in dB."""
    return min(min(12 * (off / 70) ** 2, 25) + min(12 * ((below - TILT) / 10) ** 2, 20), 25)


def levels_along(vehicle, sites, shadow):
    """dBm of one resource element, from both cells of each site, tick by tick."""
    found = []
    for tick, instant in enumerate(shadow[0]):
        x = float(vehicle["start"]) + float(vehicle["speed"]) / 3.6 * STEP * tick
        levels = []
        for site, shadows in zip(sites, shadow):
            dx, dy = x - float(site["x"]), float(vehicle["lane"]) - float(site["y"])
            ground = max(10.0, math.hypot(dx, dy))
            below = math.degrees(math.atan((MAST - HAND) / ground))
            for ahead in (dx, -dx):
                off = math.degrees(math.atan2(dy, ahead))
                gain = ANTENNA - sector_loss(off, below) - mean_loss(ground) - CAR - shadows[instant]
                levels.append(POWER - decibels(ELEMENTS) + gain)
        found.append(levels)
    return found


def best(values, among):
    return max(among, key=lambda i: (values[i], -i))


def sinr_of(levels, server):
    power = [1e-3 * ratio(level) for level in levels]
    return decibels(power[server] / (LOAD * (math.fsum(power) - power[server]) + NOISE))


class Phone:
    """What has happened to it, counted."""

    def __init__(self):
        self.handovers = self.back = self.failures = self.late = 0
        self.sinrs = []

    def live(self, levels, errors, margin, wait, weight):
        heard, failed, lost, held, stay = list(map(sum, zip(levels[0], errors[0]))), False, 0, {}, 0
        cells = range(len(heard))
        server = former = order = best(heard, cells)
        for tick, (real, error) in enumerate(zip(levels, errors)):
            heard = [h + weight * (r + e - h) for h, r, e in zip(heard, real, error)]
            chosen = best(heard, cells) if failed else order
            if chosen == server:
                stay += tick > 0
            else:
                self.handovers += not failed
                self.back += not failed and chosen == former and stay * STEP < SHORT_STAY
                former, server, stay, held = server, chosen, 0, {}
            better = [c for c in cells if tick > 0 and heard[c] - margin > heard[server]]
            held = {c: held.get(c, 0) + 1 for c in better}
            ready = [c for c in better if held[c] > wait]
            order = best(heard, ready) if ready else server
            lost, failed = self.follow(sinr_of(real, server), 0 if failed else lost, failed)
            self.late += max(real) - 6 > real[server]

    def follow(self, sinr, lost, failed):
        """The ticks for which the link is lost now, and whether it has failed; `failed`: it had, a tick before."""
        self.sinrs.append(sinr)
        is_lost = not failed and sinr < (IN_SYNC if lost else OUT_OF_SYNC)
        lost = lost + 1 if is_lost else 0
        failed = lost * STEP >= PATIENCE
        self.failures += failed
        return lost, failed


NETWORK = []


def network():
    """For each vehicle its levels and the errors of its measurements, tick by tick."""
    if not NETWORK:
        given, sites = drawn(EXAMPLE, ["shadow", "error"]), rows(EXAMPLE, "sites.csv")
        for vehicle in rows(EXAMPLE, "vehicles.csv"):
            name = vehicle["vehicle"]
            levels = levels_along(vehicle, sites, list(given["shadow"][name].values()))
            errors = list(zip(*(along.values() for along in given["error"][name].values())))
            NETWORK.append((abs(float(vehicle["speed"])), levels, errors))
    return NETWORK


def kpis(policy):
    margin = policy.get("hysteresis", 1.0) + policy.get("offset", 0.0)
    wait = math.ceil(policy.get("ttt", 320.0) / 1000 / STEP - 1e-6)
    share = 2 ** (-policy.get("filter", 4) / 4)
    weight = 1 - (1 - share) ** (STEP / 0.2)
    phones, driven = [], 0.0
    for speed, levels, errors in network():
        phones.append(Phone())
        phones[-1].live(levels, errors, margin, wait, weight)
        driven += speed * (TICKS - 1) * STEP / 3600
    sinrs = [sinr for phone in phones for sinr in phone.sinrs]
    return {
        "handovers": sum(phone.handovers for phone in phones) / driven,
        "ping_pongs": sum(phone.back for phone in phones) / driven,
        "failures": sum(phone.failures for phone in phones) / driven,
        "late": 100 * sum(phone.late for phone in phones) / len(sinrs),
        "poor": 100 * sum(sinr < OUT_OF_SYNC for sinr in sinrs) / len(sinrs),
        "edge_sinr": percentile(5, sinrs),
    }


if __name__ == "__main__":
    report(EXAMPLE, kpis, patient={"hysteresis": 3, "ttt": 5120}, raw={"ttt": 0, "filter": 0, "offset": -1})
