"""Fading computed a second time: by integrals that need neither Bessel, gamma nor Marcum functions of a library.

A Rician amplitude is the distance from the origin of a point that is normal around another one; its probability
within a circle is one integral over the circle's breadth. Crossings are by Rice's formula: the density of the
amplitude times the mean of its rise, where that is positive.
"""
import itertools
import math

from vectors import Case, relative

STEPS = 4000  # of Simpson's rule
DOPPLER = 55.0  # Hz
THRESHOLDS = [-30, -12.5, -3, 0, 4, 9]  # dB over the mean
RICIANS = [-40, -3, 0, 6, 12, 20]  # dB
NAKAGAMIS = [0.5, 1, 1.5, 2, 4.5, 20]  # multiples of a half: integrands are smooth


def integral(f, low, high):
    width = (high - low) / STEPS
    inner = math.fsum((4 if i % 2 else 2) * f(low + i * width) for i in range(1, STEPS))
    return (f(low) + inner + f(high)) * width / 3


def grid(**values):
    """All combinations, as rows of text."""
    def spread(_):
        return [dict(zip(values, map(str, row))) for row in itertools.product(*values.values())]
    return spread


def power_of(row):
    return 10 ** (float(row["threshold"]) / 10)


def rician(row):
    """The direct wave's amplitude, and one within which the power is below the threshold, over noise of variance 1."""
    k = 10 ** (float(row["k"]) / 10)
    return math.sqrt(2 * k), math.sqrt(2 * (1 + k) * power_of(row))


def rician_outage(row):
    a, b = rician(row)
    normal = lambda u: math.exp(-u * u / 2) / math.sqrt(2 * math.pi)
    strip = lambda t: b * math.cos(t) * normal(b * math.sin(t) - a) * math.erf(b * math.cos(t) / math.sqrt(2))
    return 100 * integral(strip, -math.pi / 2, math.pi / 2)


def rician_amplitude_density(row):
    """Of the amplitude b: all directions in which a wave of that amplitude may come."""
    a, b = rician(row)
    around = lambda t: math.exp(-((b - a) ** 2 + 2 * a * b * (1 - math.cos(t))) / 2)
    return b * integral(around, 0, math.pi) / math.pi


def rician_density(row):
    """Of the power, b^2 / (2 (1 + K))."""
    b = rician(row)[1]
    return rician_amplitude_density(row) * (1 + 10 ** (float(row["k"]) / 10)) / b


def rises(density):
    """Of an amplitude whose scattered part has variance 1 in each dimension, as its rise has (2 pi f)^2 / 2."""
    return density * 2 * math.pi * DOPPLER / math.sqrt(2) / math.sqrt(2 * math.pi)


def rician_rate(row):
    return rises(rician_amplitude_density(row))


def half_gamma(m):
    """The gamma function of a multiple of a half."""
    return 1 if m == 1 else math.sqrt(math.pi) if m == 0.5 else (m - 1) * half_gamma(m - 1)


def nakagami_outage(row):
    m = float(row["m"])
    below = integral(lambda u: 2 * u ** (2 * m - 1) * math.exp(-u * u), 0, math.sqrt(m * power_of(row)))
    return 100 * below / half_gamma(m)


def nakagami_density(row):
    m, power = float(row["m"]), power_of(row)
    return m ** m * power ** (m - 1) * math.exp(-m * power) / half_gamma(m)


def nakagami_rate(row):
    """Of 2 m normal dimensions, each of variance 1 where the amplitude is sqrt(2 m power)."""
    m, power = float(row["m"]), power_of(row)
    return rises(nakagami_density(row) * math.sqrt(2 * m * power) / m)


def of_rates(outage, rate):
    return lambda row: outage(row) / 100 / rate(row) * 1000


def rayleigh(of_nakagami):
    return lambda row: of_nakagami({**row, "m": "1"})


THRESHOLD = {"threshold": ("threshold", "dB")}
WITH_K, WITH_M = {**THRESHOLD, "k": ("k", "dB")}, {**THRESHOLD, "m": ("m", "1")}
K_ROWS, M_ROWS = grid(threshold=THRESHOLDS, k=RICIANS), grid(threshold=THRESHOLDS, m=NAKAGAMIS)
ALONE = grid(threshold=THRESHOLDS)
SOME_K_ROWS = grid(threshold=THRESHOLDS[1:], k=RICIANS[:5])  # where the integral is no rounding error
RATE = f"{DOPPLER} Hz"


def case(name, columns, value, unit, expected, spread, reason="integrals over the plane of amplitudes"):
    return Case(name, "", columns, value, unit, expected, 1e-9, deviation=relative, spread=spread, reason=reason)


FADING = [
    case("rayleigh_density", THRESHOLD, "rayleigh_density(lin(r.threshold))", "1",
         rayleigh(nakagami_density), ALONE),
    case("rayleigh_outage", THRESHOLD, "rayleigh_outage(r.threshold)", "%", rayleigh(nakagami_outage), ALONE),
    case("rayleigh_margin", THRESHOLD, "rayleigh_margin(rayleigh_outage(r.threshold)) + 100 dB", "dB",
         lambda row: 100 - float(row["threshold"]), grid(threshold=THRESHOLDS[:5]), "the inverse"),
    case("rayleigh_rate", THRESHOLD, f"rayleigh_crossing_rate(r.threshold, {RATE})", "Hz",
         rayleigh(nakagami_rate), ALONE),
    case("rayleigh_fade", THRESHOLD, f"rayleigh_fade_duration(r.threshold, {RATE})", "ms",
         rayleigh(of_rates(nakagami_outage, nakagami_rate)), ALONE),
    case("rician_density", WITH_K, "rician_density(lin(r.threshold), r.k)", "1", rician_density, K_ROWS),
    case("rician_outage", WITH_K, "rician_outage(r.threshold, r.k)", "%", rician_outage, SOME_K_ROWS),
    case("rician_rate", WITH_K, f"rician_crossing_rate(r.threshold, r.k, {RATE})", "Hz", rician_rate, K_ROWS),
    case("rician_fade", WITH_K, f"rician_fade_duration(r.threshold, r.k, {RATE})", "ms",
         of_rates(rician_outage, rician_rate), SOME_K_ROWS),
    case("nakagami_density", WITH_M, "nakagami_density(lin(r.threshold), r.m)", "1", nakagami_density, M_ROWS),
    case("nakagami_outage", WITH_M, "nakagami_outage(r.threshold, r.m)", "%", nakagami_outage, M_ROWS),
    case("nakagami_rate", WITH_M, f"nakagami_crossing_rate(r.threshold, r.m, {RATE})", "Hz",
         nakagami_rate, M_ROWS),
    case("nakagami_fade", WITH_M, f"nakagami_fade_duration(r.threshold, r.m, {RATE})", "ms",
         of_rates(nakagami_outage, nakagami_rate), M_ROWS),
]
