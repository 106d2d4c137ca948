"""Coverage of a Poisson network with Rayleigh fading, against its theory.

Sites are points of a Poisson process, all of one power and always sending; a user is served by the nearest, and covered
where its SINR is above a threshold. How likely that is, is known:
  * J. G. Andrews, F. Baccelli, R. K. Ganti, "A Tractable Approach to Coverage and Rate in Cellular Networks", IEEE
    Transactions on Communications 59 (2011): Theorem 1 with and without noise, which for an exponent of the path loss of 4
    and without noise is 1 / (1 + sqrt(T) atan(sqrt(T))).
  * H. S. Dhillon, R. K. Ganti, F. Baccelli, J. G. Andrews, "Modeling and Analysis of K-Tier Downlink Heterogeneous
    Cellular Networks", IEEE JSAC 30 (2012): by the strongest of all sites at this moment, above 0 dB and without noise.
Each seed is a network of its own, so that means and intervals are taken over seeds; each of them has several draws of the
fading. Distances go around the edges. The mean interference from beyond half the length, which is left out, is about
0.1 % of a typical signal at an exponent of 4, and 1 % at 3.5: coverage moves by less than 0.002.
"""
import csv
import math
import os
import pathlib

from cases import require

SOURCE = pathlib.Path(__file__).resolve().parents[2]
REFERENCE = pathlib.Path(os.environ.get("HERMES_REFERENCE") or SOURCE.parent / "shared/reference")
CURVE = REFERENCE / "ppp_rayleigh_sir_ccdf.csv"

SEEDS, DRAWS = 40, 4
STANDARD_ERRORS = 4  # of a mean over 40 networks: beyond it lies 1 in 3,700
THRESHOLDS = range(-20, 21, 4)  # dB
NOISE = 3         # of the power that is received at 1 km

BLUEPRINT = """blueprint coverage "A Poisson network with Rayleigh fading.";

table site from poisson(1 km^-2, 30 km, 30 km) { x : km; y : km; }
table ue from uniform(240, 30 km, 30 km) { x : km; y : km; }

input {
  length   : km = 30 km;
  exponent : 1 = 4;
  noise    : 1 = 0 "of the power that is received at 1 km";
}
draw { fading[u in ue, s in site] : 1 ~ exponential(1) "power of a Rayleigh channel"; }

functional block place "The plane goes on behind its edges where it begins." {
  in  length;
  let dx[u in ue, s in site] = abs(u.x - s.x);
  let dy[u in ue, s in site] = abs(u.y - s.y);
  out distance[u in ue, s in site] : km =
    hypot(min(dx[u, s], length - dx[u, s]), min(dy[u, s], length - dy[u, s]));
  out nearest[u in ue] : site = argmin(distance[u, s] for s in site);
}
functional block reception "All sites send." {
  in  distance, nearest, fading, exponent, noise;
  out rx[u in ue, s in site] : 1 = fading[u, s] * (distance[u, s] / 1 km)^(-exponent);
  let all[u in ue] = sum(rx[u, s] for s in site) + noise;
  let best[u in ue] = max(rx[u, s] for s in site);
  out sinr[u in ue]      : dB = db(rx[u, nearest[u]] / (all[u] - rx[u, nearest[u]]));
  out strongest[u in ue] : dB = db(best[u] / (all[u] - best[u]));
}
"""


# ---- theory ----


def ratio(threshold):
    return 10 ** (threshold / 10)


def simpson(function, high, steps=4000):
    """The integral from 0 on."""
    values = [function(high * i / steps) for i in range(steps + 1)]
    return high * (values[0] + values[-1] + 4 * sum(values[1:-1:2]) + 2 * sum(values[2:-1:2])) / (3 * steps)


def interference(t, exponent):
    """rho(T, alpha) = T^(2/alpha) * the integral of 1 / (1 + u^(alpha/2)) from T^(-2/alpha) on; with
    u = T^(-2/alpha) / y^8, which leaves nothing infinite."""
    low = t ** (-2 / exponent)

    def integrand(y):
        return 8 * low * y ** -9 / (1 + (low / y ** 8) ** (exponent / 2)) if y > 0 else 0.0

    return t ** (2 / exponent) * simpson(integrand, 1)


def coverage(threshold, exponent):
    return 1 / (1 + interference(ratio(threshold), exponent))


def coverage_of_four(threshold):
    root = math.sqrt(ratio(threshold))
    return 1 / (1 + root * math.atan(root))


def coverage_with_noise(threshold):
    """An exponent of 4 and 1 site in each square of 1 km: pi times the integral of exp(-pi v (1 + rho) - T noise v^2), over
    the square v of the distance."""
    rate, far = math.pi / coverage_of_four(threshold), 40 * coverage_of_four(threshold) / math.pi
    return math.pi * simpson(lambda v: math.exp(-rate * v - ratio(threshold) * NOISE * v * v), far)


def coverage_of_strongest(threshold, exponent):
    angle = 2 * math.pi / exponent
    return math.sin(angle) / angle / ratio(threshold) ** (2 / exponent)


def check_theory():
    """What is computed here is one theory: the integral gives the closed form, and noise that vanishes changes nothing."""
    for threshold in THRESHOLDS:
        closed = coverage_of_four(threshold)
        require(abs(coverage(threshold, 4) - closed) < 1e-9, f"{threshold} dB: {coverage(threshold, 4)} and {closed}")


def check_reference():
    """And the one of others."""
    if not CURVE.exists():
        print(f"  skipped: there is no {CURVE.name}")
        return
    with CURVE.open(newline="") as file:
        for row in csv.DictReader(file):
            exponent, threshold = float(row["pathloss_exponent"]), float(row["sir_threshold_db"])
            theirs, ours = float(row["ccdf_p_sir_gt_threshold"]), coverage(threshold, exponent)
            require(abs(theirs - ours) < 1e-8, f"{exponent} at {threshold} dB: {ours}, and {theirs} in {CURVE.name}")


# ---- the twin ----


def kpi_name(kind, threshold):
    return f"{kind}_{'minus_' if threshold < 0 else ''}{abs(threshold)}"


def kpi_lines():
    return "".join(f"kpi {kpi_name(kind, t)} : 1 = share({kind}[u] > {t} dB for u in ue);\n"
                   for kind in ("sinr", "strongest") for t in THRESHOLDS)


def check_network(kpis, program, directory, exponent, noise, expected):
    """`expected`: by the name of a KPI, what it is in theory."""
    runs = [kpis(program, directory, "--seed", str(seed + 1), "--draws", str(DRAWS), "--set", f"exponent={exponent}", "--set",
                 f"noise={noise}") for seed in range(SEEDS)]
    for name, theory in expected.items():
        values = [found[name]["value"] for found in runs]
        mean = sum(values) / SEEDS
        error = math.sqrt(sum((v - mean) ** 2 for v in values) / (SEEDS - 1) / SEEDS)
        require(0 < error < 0.008, f"{name}: the standard error is {error}")
        require(abs(mean - theory) <= STANDARD_ERRORS * error,
                f"{name} is {mean:.4f} +- {error:.4f}, and {theory:.4f} in theory")
        print(f"  exponent {exponent}, noise {noise}, {name}: {mean:.4f} +- {error:.4f}, in theory {theory:.4f}")


def checks(twin, data, kpis):
    """Names and tests, by the helpers of run.py."""
    program, directory = twin("coverage", BLUEPRINT + kpi_lines()), data("coverage-data")

    def nearest(of):
        return {kpi_name("sinr", t): of(t) for t in THRESHOLDS}

    strongest = {kpi_name("strongest", t): coverage_of_strongest(t, 4) for t in THRESHOLDS if t >= 0}
    networks = {
        "without noise": (4, 0, {**nearest(coverage_of_four), **strongest}),
        "exponent 3.5": (3.5, 0, nearest(lambda t: coverage(t, 3.5))),
        "with noise": (4, NOISE, nearest(coverage_with_noise)),
    }
    yield "coverage in theory", check_theory
    yield "coverage of others", check_reference
    for name, network in networks.items():
        yield f"coverage {name}", lambda network=network: check_network(kpis, program, directory, *network)
