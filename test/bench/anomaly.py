"""Isolation forest and Mahalanobis distances of rows exported by COPY BINARY.

    anomaly.py FILE FEATURES REPEATS     -> name, best seconds, a figure to compare
"""
import sys
import time

import numpy as np
from sklearn.ensemble import IsolationForest

path, d, repeats = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
HEAD, ROW = 19, 2 + 4 + 20          # file header; field count, field length, array header
raw = np.fromfile(path, dtype=np.uint8)[HEAD:-2].reshape(-1, ROW + 12 * d)
x = raw[:, ROW:].reshape(len(raw), d, 12)[:, :, 4:].copy().view(">f8").reshape(len(raw), d).astype(float)


def best(function):
    times = []
    for _ in range(repeats):
        start = time.perf_counter()
        result = function()
        times.append(time.perf_counter() - start)
    return min(times), result


def forest():
    return -IsolationForest(n_estimators=100, max_samples=256, random_state=1).fit(x).score_samples(x)


def mahalanobis():
    u = x - x.mean(axis=0)
    return np.einsum("ij,ij->i", u, np.linalg.solve(np.cov(x, rowvar=False), u.T).T)


for name, function in (("sklearn_IsolationForest", forest), ("numpy_mahalanobis", mahalanobis)):
    seconds, result = best(function)
    print(name, seconds, result.mean())
