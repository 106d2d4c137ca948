"""The KPIs of examples/daily_energy, computed by hand: `python3 tests/truth/daily_energy.py TWIN`.

Places and chances are the twin's; all that follows from them is worked out here, in linear units. Wrap-around is the
nearest of many translated copies, antennas are seen from vectors, loads are iterated until they stand still.
"""
import math

from common import decibels, drawn, mean, percentile, ratio, report, rows, thermal_noise_watts

EXAMPLE, ISD, RINGS = "daily_energy", 500.0, 2
MAST, DEMAND, FILE, BURST = 25.0, 8e6, 4e6, 0.020  # m, bit/s, bit, s
NOISE_FIGURE, CAPACITY_LEVEL, REST_POWER = 9.0, -118.0, 4.0  # dB, dBm of one element, W
LIGHT, MICRO, DOWNLINK, TRANSITION = 25, 55, 280, 1.0  # TR 38.864, category 1, set 1; s
LIGHT_TRANSITION, LIGHT_TIME = 0.090, 0.006  # s
HOURS = range(24)


def copies():
    """Where the copies of the grid lie: all translations by (R + 1, R) steps, turned by multiples of 60 degrees."""
    found = [(0.0, 0.0)]
    for turn in range(6):
        a, b = (math.radians(angle + 60 * turn) for angle in (30, 90))
        found.append(tuple(ISD * ((RINGS + 1) * f(a) + RINGS * f(b)) for f in (math.cos, math.sin)))
    return found


def path_losses(ground, height, frequency):
    """TR 38.901 UMa, with and without line of sight, in dB."""
    slant = math.sqrt(ground ** 2 + (MAST - height) ** 2)
    breakpoint = 4 * (MAST - 1) * (height - 1) * frequency * 1e9 / 3.0e8
    sight = 28.0 + 22 * math.log10(slant) + 20 * math.log10(frequency)
    if ground > breakpoint:
        sight = (28.0 + 40 * math.log10(slant) + 20 * math.log10(frequency)
                 - 9 * math.log10(breakpoint ** 2 + (MAST - height) ** 2))
    none = 13.54 + 39.08 * math.log10(slant) + 20 * math.log10(frequency) - 0.6 * (height - 1.5)
    return sight, max(sight, none)


def wall_loss(indoor, depth, modern, frequency):
    """TR 38.901, Table 7.4.3-2: a third of the outer wall is glass, or 70 % of it coated glass."""
    if not indoor:
        return 0.0
    concrete = 10 ** (-(5 + 4 * frequency) / 10)
    if modern:
        wall = 0.7 * 10 ** (-(23 + 0.3 * frequency) / 10) + 0.3 * concrete
    else:
        wall = 0.3 * 10 ** (-(2 + 0.2 * frequency) / 10) + 0.7 * concrete
    return 5 - decibels(wall) + 0.5 * depth


def sector_loss(off, below, tilt):
    """TR 36.814, Table A.2.1.1-2, in dB."""
    return min(min(12 * (off / 70) ** 2, 25) + min(12 * ((below - tilt) / 10) ** 2, 20), 25)


class Network:
    """All that no decision changes."""

    def __init__(self):
        names = ["site.x", "site.y", "cell.azimuth", "cell.site", "ue.x", "ue.y", "ue.site", "ue.indoor", "ue.height",
                 "sight", "shadow", "along", "across", "modern"]
        given = drawn(EXAMPLE, names)
        self.sites, self.cells, self.users = list(given["site.x"]), list(given["cell.site"]), list(given["ue.x"])
        self.site_of = given["cell.site"]
        self.layers = rows(EXAMPLE, "layers.csv")
        self.power = {}  # (user, layer) -> watts of one element from each cell
        for u in self.users:
            seen = {s: self.look(given, u, s) for s in self.sites}
            for number, layer in enumerate(self.layers):
                losses = {s: self.loss(given, u, s, seen[s][0], float(layer["frequency"])) for s in self.sites}
                self.power[u, number] = [self.received(given, layer, c, seen, losses) for c in self.cells]
        busy = {s: 13 if math.hypot(given["site.x"][s], given["site.y"][s]) < 600 else 21 for s in self.sites}
        self.activity = {s: [0.08 + 0.92 * ((1 + math.cos(2 * math.pi * (h - busy[s]) / 24)) / 2) ** 1.5 for h in HOURS]
                         for s in self.sites}
        self.offered = {u: [DEMAND * a for a in self.activity[given["ue.site"][u]]] for u in self.users}

    def look(self, given, u, s):
        """Distance on the ground, azimuth and depression, towards the nearest copy."""
        dx, dy = given["ue.x"][u] - given["site.x"][s], given["ue.y"][u] - given["site.y"][s]
        dx, dy = min(((dx - x, dy - y) for x, y in copies()), key=lambda d: math.hypot(*d))
        ground = math.hypot(dx, dy)
        return ground, math.degrees(math.atan2(dy, dx)), math.degrees(math.atan2(MAST - given["ue.height"][u], ground))

    def loss(self, given, u, s, ground, frequency):
        sight, none = path_losses(ground, given["ue.height"][u], frequency)
        path = sight if given["sight"][u][s] else none
        depth = min(given["along"][u], given["across"][u])
        walls = wall_loss(given["ue.indoor"][u], depth, given["modern"][u], frequency)
        return path + given["shadow"][u][s] + walls

    def received(self, given, layer, c, seen, losses):
        site = self.site_of[c]
        _, azimuth, below = seen[site]
        off = (azimuth - given["cell.azimuth"][c] + 180) % 360 - 180
        gain = float(layer["antenna"]) - sector_loss(off, below, float(layer["tilt"])) - losses[site]
        return 1e-3 * ratio(float(layer["power"]) + gain) / float(layer["elements"])


class Hour:
    """One hour of one decision: who camps where, and the loads."""

    def __init__(self, net, h, modes):
        self.net, self.h, self.modes = net, h, modes  # modes: of the capacity carriers
        self.camp = {u: self.choose(u) for u in net.users}
        self.load = self.balance()

    def choose(self, u):
        for number in (1, 0):
            power = self.net.power[u, number]
            usable = [i for i in range(len(power)) if number == 0 or self.modes[i] != "deep"]
            best = max(usable, key=lambda i: power[i], default=None)
            if number == 0 or (best is not None and decibels(power[best] * 1e3) >= CAPACITY_LEVEL):
                return number, best

    def sending(self, load):
        shares = []
        for number, layer in enumerate(self.net.layers):
            least = float(layer["overhead"]) / 100
            shares.append([0.0 if number == 1 and mode == "deep" else least + (1 - least) * x
                           for x, mode in zip(load[number], self.modes)])
        return shares

    def rate(self, u, sending):
        """What the user would have alone, bit/s."""
        number, best = self.camp[u]
        layer, power = self.net.layers[number], self.net.power[u, number]
        spacing = float(layer["subcarrier"]) * 1e3
        others = sum(map(float.__mul__, power, sending[number])) - power[best] * sending[number][best]
        sinr = power[best] / (others + thermal_noise_watts(spacing) * ratio(NOISE_FIGURE))
        share = float(layer["downlink"]) / 100 * (1 - float(layer["overhead"]) / 100)
        return float(layer["elements"]) * spacing * share * 0.6 * math.log2(1 + min(sinr, 1000))

    def needs(self, load):
        """What each carrier needs, and what each user would have alone."""
        sending = self.sending(load)
        wanted, alone = [[0.0] * len(self.net.cells) for _ in self.net.layers], {}
        for u, (number, best) in self.camp.items():
            alone[u] = self.rate(u, sending)
            wanted[number][best] += self.net.offered[u][self.h] / alone[u]
        return wanted, alone

    def balance(self):
        load = [[0.0] * len(self.net.cells) for _ in self.net.layers]
        for _ in range(1000):
            self.wanted, self.alone = self.needs(load)
            after = [[min(1.0, x) for x in row] for row in self.wanted]
            moved = max(abs(a - b) for new, old in zip(after, load) for a, b in zip(new, old))
            load = after
            if moved < 1e-13:
                break
        return load


def carrier(layer, number, mode, sending, fell):
    """Mean power in W, and the mean wait in s."""
    if number == 0:
        return 2 * (84 + 2.8 * sending * 1e-3 * ratio(float(layer["power"])) / 2), 0.0
    if mode == "deep":
        return REST_POWER * (1 + (TRANSITION / 3600 if fell else 0)), 0.0
    busy = float(layer["downlink"]) / 100 * sending
    idle = BURST * (1 - busy)
    rests = mode == "light" and idle >= LIGHT_TIME
    quiet = (LIGHT * idle + LIGHT_TRANSITION) / BURST if rests else MICRO * (1 - busy)
    return REST_POWER * (DOWNLINK * busy + quiet), idle ** 2 / (2 * BURST) if rests else 0.0


def mode_of(activity, light, deep):
    return "deep" if activity < deep / 100 else "light" if activity < light / 100 else "awake"


NETWORK = []


def kpis(policy):
    if not NETWORK:
        NETWORK.append(Network())
    net = NETWORK[0]

    def threshold(name, c):
        given = policy.get(name, {})
        return given.get(c, 0) if isinstance(given, dict) else given

    energy = served = offered = 0.0
    rates, on_capacity, modes_seen, fullest, before = [], 0, [], 0.0, None
    for h in HOURS:
        modes = [mode_of(net.activity[net.site_of[c]][h], threshold("light_below", c), threshold("deep_below", c))
                 for c in net.cells]
        hour = Hour(net, h, modes)
        sending, waits = hour.sending(hour.load), [[], []]
        for number, layer in enumerate(net.layers):
            for i, mode in enumerate(modes):
                fell = mode == "deep" and (before is None or before[i] != "deep")
                power, wait = carrier(layer, number, mode, sending[number][i], fell)
                energy += power * 3600
                waits[number].append(wait)
        for u, (number, best) in hour.camp.items():
            offered += net.offered[u][h]
            served += net.offered[u][h] / max(1.0, hour.wanted[number][best])
            shared = hour.alone[u] * (1 - hour.load[number][best])
            rates.append(FILE / (FILE / shared + waits[number][best]) / 1e6 if shared > 0 else 0.0)
            on_capacity += number
        modes_seen += modes
        fullest = max(fullest, *hour.load[0], *hour.load[1])
        before = modes
    return {
        "energy": energy / 3.6e6,
        "carried": served * 3600 / 8e12,
        "lost": 100 * (1 - served / offered),
        "efficiency": served * 3600 / 1e9 / (energy / 3.6e6),
        "edge_rate": percentile(5, rates),
        "median_rate": percentile(50, rates),
        "on_capacity": 100 * on_capacity / len(rates),
        "resting": 100 * mean([mode == "light" for mode in modes_seen]),
        "off": 100 * mean([mode == "deep" for mode in modes_seen]),
        "fullest": 100 * fullest,
    }


if __name__ == "__main__":
    report(EXAMPLE, kpis)
