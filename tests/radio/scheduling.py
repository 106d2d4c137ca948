"""Schedulers computed a second time: shares that make a utility the greatest, and gains by adding up.

Of alpha-fair utilities, the best shares have one marginal utility in common; that is found by bisection, without the
weights that the library has in closed form.
"""
import math

from vectors import Case, relative

EFFICIENCIES = (0.2, 1.5, 7.4)  # bit/s/Hz, of the users of one cell
ALPHAS = (0.25, 0.5, 1, 1.7, 4, 20)


def share_at(efficiency, alpha, price):
    """Where the marginal utility of time, efficiency * (efficiency * share)^-alpha, is the price."""
    return (efficiency / price) ** (1 / alpha) / efficiency


def best_share(row):
    alpha, low, high = float(row["alpha"]), -60.0, 60.0  # of the price, its logarithm
    for _ in range(200):
        price = (low + high) / 2
        if math.fsum(share_at(e, alpha, math.exp(price)) for e in EFFICIENCIES) > 1:
            low = price
        else:
            high = price
    return share_at(float(row["e"]), alpha, math.exp(price))


def users_of_alphas(_):
    return [{"e": str(e), "alpha": str(alpha)} for alpha in ALPHAS for e in EFFICIENCIES]


def counts(_):
    return [{"users": str(users)} for users in (*range(1, 33), 100, 1000, 50000)]


def harmonic(row):
    return math.fsum(1 / k for k in range(1, int(row["users"]) + 1))


ALL = " + ".join(f"fair_weight({e} bit/s/Hz, r.alpha)" for e in EFFICIENCIES)
SCHEDULING = [
    Case("fair_shares", "", {"e": ("e", "bit/s/Hz"), "alpha": ("alpha", "1")},
         f"weighted_share(fair_weight(r.e, r.alpha), {ALL})", "1", best_share, 1e-9, spread=users_of_alphas,
         deviation=relative, reason="one marginal utility of all, by bisection"),
    Case("fair_gain", "", {"users": ("users", "1")}, "proportional_fair_gain(r.users)", "1", harmonic, 1e-8,
         spread=counts, deviation=relative, reason="1 + 1/2 + ... + 1/users, added up"),
]
