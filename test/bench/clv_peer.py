"""Customers for clv.sh, and the same fit by scipy.

    clv_peer.py make FILE CUSTOMERS     x,t_x,t_cal,mean_value of each, as CSV
    clv_peer.py fit FILE                -> for all rows, and for counted distinct rows: name, CPU seconds, log likelihood, parameters
"""
import sys
import time

import numpy as np
from scipy.optimize import minimize
from scipy.special import betaln, gammaln


def make(path, n):
    random = np.random.default_rng(1)
    rate = random.gamma(0.7, 1 / 60, n)
    leaves = random.beta(0.8, 1.5, n)
    t_cal = random.integers(180, 730, n)
    time_, x, t_x = np.zeros(n), np.zeros(n, int), np.zeros(n)
    alive = random.random(n) >= leaves
    while alive.any():
        time_[alive] += random.exponential(1 / rate[alive])
        alive &= time_ <= t_cal
        x[alive] += 1
        t_x[alive] = np.ceil(time_[alive])
        alive &= random.random(n) >= leaves
    t_x = np.minimum(t_x, t_cal)
    mean = random.gamma(6.0 * np.maximum(x, 1)) / np.maximum(x, 1) / random.gamma(3.6, 1 / 15.0, n)
    with open(path, "w") as file:
        for row in zip(x, t_x.astype(int), t_cal, mean):
            file.write("%d,%d,%d,%s\n" % (*row[:3], "%.2f" % max(row[3], 0.01) if row[0] else ""))


def purchases(log_parameters, x, t_x, t_cal, weight):
    r, alpha, a, b = np.exp(log_parameters)
    staying = betaln(a, b + x + 1) - (r + x) * np.log(alpha + t_cal)
    leaving = betaln(a + 1, b + x) - (r + x) * np.log(alpha + t_x)
    each = gammaln(r + x) - gammaln(r) + r * np.log(alpha) - betaln(a, b) + np.logaddexp(staying, leaving)
    return -np.dot(weight, each)


def value(log_parameters, x, m, weight):
    p, q, v = np.exp(log_parameters)
    each = (gammaln(p * x + q) - gammaln(p * x) - gammaln(q) + q * np.log(v) + (p * x - 1) * np.log(m)
            + p * x * np.log(x) - (p * x + q) * np.log(v + x * m))
    return -np.dot(weight, each)


def fit(name, data, weight):
    start = time.process_time()
    scale = 0.01                    # times and values around 1, for steps of equal size
    rows = [data[:, 0], data[:, 1] * scale, data[:, 2] * scale]
    bought = minimize(purchases, np.zeros(4), (*rows, weight), method="L-BFGS-B", options={"maxiter": 1000, "ftol": 1e-12})
    has = data[:, 3] > 0
    worth = minimize(value, np.log([2.0, 3.0, 1.0]), (data[has, 0], data[has, 3] * scale, weight[has]), method="L-BFGS-B",
                     options={"maxiter": 1000, "ftol": 1e-12})
    seconds = time.process_time() - start
    likelihood = -bought.fun + np.dot(weight, data[:, 0]) * np.log(scale)
    print(name, seconds, likelihood, *(np.exp(bought.x) / [1, scale, 1, 1]), *(np.exp(worth.x) / [1, 1, scale]))


if sys.argv[1] == "make":
    make(sys.argv[2], int(sys.argv[3]))
else:
    table = np.nan_to_num(np.genfromtxt(sys.argv[2], delimiter=","))
    fit("scipy", table, np.ones(len(table)))
    distinct, count = np.unique(table, axis=0, return_counts=True)
    fit("scipy_distinct", distinct, count.astype(float))
