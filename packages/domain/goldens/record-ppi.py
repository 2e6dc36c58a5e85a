"""Records what ppi_py makes of fixed inputs: `pip install ppi-python==0.2.3 && python record-ppi.py > ppi.json`.

The library is no dependency of ours; the file beside this one is what the tests of `review/ppi.ts` are held to.
"""

import json

import numpy as np
from ppi_py import classical_mean_ci, ppi_mean_ci, ppi_mean_pointestimate
from scipy.stats import norm

SIDES = ("two-sided", "larger", "smaller")


def bounds(interval):
    return [None if np.isinf(bound) else float(bound) for bound in map(np.squeeze, interval)]


def case(name, y, f, pool, alpha, lam=None, w=None):
    tuned = lam
    if lam is None:
        # what ppi_mean_ci estimates first, without its second call that forgets the side
        zero = ppi_mean_pointestimate(y, f, pool, lam=0, w=w)
        one = ppi_mean_pointestimate(y, f, pool, lam=1, w=w)
        found = ppi_mean_pointestimate(y, f, pool, w=w)
        tuned = float((found - zero).squeeze() / (one - zero).squeeze())
    return {
        "name": name,
        "y": y.tolist(),
        "f": f.tolist(),
        "weight": None if w is None else w.tolist(),
        "pool": {"n": len(pool), "mean": float(pool.mean()), "variance": float(pool.var())},
        "alpha": alpha,
        "lambda": lam,
        "tuned": tuned,
        "estimate": float(ppi_mean_pointestimate(y, f, pool, lam=lam, w=w).squeeze()),
        "intervals": {
            side: bounds(ppi_mean_ci(y, f, pool, alpha=alpha, alternative=side, lam=tuned, w=w)) for side in SIDES
        },
        # what it answers to a one-sided question with lam=None
        "asked_larger": bounds(ppi_mean_ci(y, f, pool, alpha=alpha, alternative="larger", lam=lam, w=w)),
        "classic": None if w is not None else bounds(classical_mean_ci(y, alpha=alpha)),
    }


def main():
    rng = np.random.default_rng(7)
    cases = []
    for name, n, pool_n, a, b in (
        ("good predictions", 60, 500, 1.7, 0.3),
        ("weak predictions", 40, 400, 17, 3),
        ("few labels", 6, 80, 1.7, 0.3),
    ):
        f_pool, f = rng.beta(a, b, pool_n).round(4), rng.beta(a, b, n).round(4)
        y = (rng.random(n) < f).astype(float)
        cases.append(case(name, y, f, f_pool, 0.05))
        cases.append(case(f"{name}, lambda 1", y, f, f_pool, 0.1, lam=1))
        cases.append(case(f"{name}, lambda 0", y, f, f_pool, 0.1, lam=0))
        cases.append(case(f"{name}, weighted", y, f, f_pool, 0.05, w=rng.uniform(0.5, 3, n).round(4)))
    f_pool, f = rng.beta(2, 2, 300).round(4), rng.beta(2, 2, 30).round(4)
    cases.append(case("predictions that mislead", (rng.random(30) < 1 - f).astype(float), f, f_pool, 0.05))
    f_pool, f = rng.uniform(0.4, 0.6, 300).round(4), rng.uniform(0.4, 0.6, 30).round(4)
    cases.append(case("predictions that vary too little", (f > 0.5).astype(float), f, f_pool, 0.05))
    quantiles = [1e-300, 1e-12, 1e-4, 0.01, 0.07, 0.075, 0.25, 0.5, 0.8, 0.925, 0.975, 0.999, 1 - 1e-9]
    print(json.dumps({"cases": cases, "quantiles": [[p, float(norm.ppf(p))] for p in quantiles]}, separators=(",", ":")))


main()
