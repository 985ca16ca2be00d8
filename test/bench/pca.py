# numpy and scikit-learn on the rows of a table, read from COPY ... (FORMAT binary).
#   pca.py FILE D REPEATS
# Prints "name seconds", the best of the repeats, and the first two variances.
import sys
import time

import numpy as np
from sklearn.decomposition import PCA


def read_rows(path, d):
    row = np.dtype([("head", "V26"), ("cells", [("length", ">i4"), ("value", ">f8")], d)])
    with open(path, "rb") as file:
        data = np.fromfile(file, dtype=np.uint8)[19:-2]
    return np.ascontiguousarray(data.view(row)["cells"]["value"].astype(np.float64))


def best(action, repeats):
    seconds = []
    for _ in range(repeats):
        start = time.perf_counter()
        result = action()
        seconds.append(time.perf_counter() - start)
    return min(seconds), result


def two_pass(rows):
    # on a copy: centring in place would change the rows for the next repeat
    centred = rows - rows.mean(axis=0)
    covariance = centred.T @ centred / (len(rows) - 1)
    return np.linalg.eigh(covariance)[0][::-1][:2]


path, d, repeats = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
rows = read_rows(path, d)
seconds, values = best(lambda: two_pass(rows), repeats)
print(f"numpy_two_pass {seconds:.4f} {values[0]:.9g} {values[1]:.9g}")
seconds, model = best(lambda: PCA(2, svd_solver="full").fit(rows), max(1, repeats // 2))
print(f"sklearn_full {seconds:.4f} {model.explained_variance_[0]:.9g} {model.explained_variance_[1]:.9g}")
