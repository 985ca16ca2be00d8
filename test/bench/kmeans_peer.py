"""The part of kmeans.sh that uses numpy and scikit-learn.

  make  DIR n d k seed           clustered rows (k below 0: uniform ones, for -k centers),
                                 starting centers, and a COPY BINARY file
  fit   DIR n d k it THREADS     median milliseconds of KMeans.fit on rows in memory, inertia
  csv   DIR n d k it             read columns as CSV from stdin, fit; milliseconds of both
  csvlabels ...                  the same, then write the labels to stdout as CSV
  binary DIR n d k it            read COPY BINARY of float8[] from stdin, fit
"""
import sys
import time

import numpy as np


def fit(rows, centers, iterations):
    from sklearn.cluster import KMeans
    return KMeans(len(centers), init=centers, n_init=1, max_iter=iterations, tol=0,
                  algorithm="lloyd").fit(rows)


def array_type(d):
    """One row of COPY BINARY with one float8[] column that has no nulls."""
    return np.dtype([("columns", ">i2"), ("bytes", ">i4"), ("ndim", ">i4"), ("nulls", ">i4"),
                     ("type", ">i4"), ("length", ">i4"), ("lower", ">i4"),
                     ("cells", [("size", ">i4"), ("x", ">f8")], (d,))])


def make(folder, n, d, k, seed):
    random = np.random.default_rng(seed)
    if k < 0:
        k, rows = -k, random.uniform(0, 10, (n, d))
    else:
        middles = random.uniform(0, 10, (k, d))
        rows = middles[random.integers(0, k, n)] + random.normal(0, 1.5 if d < 10 else 4, (n, d))
    rows.tofile(folder + "/rows.bin")
    rows[random.choice(n, k, replace=False)].tofile(folder + "/centers.bin")
    with open(folder + "/rows.copy", "wb") as file:
        file.write(b"PGCOPY\n\xff\r\n\0" + bytes(8))
        for start in range(0, n, 100000):
            part = rows[start:start + 100000]
            packed = np.zeros(len(part), array_type(d))
            packed["columns"], packed["bytes"], packed["ndim"] = 1, 20 + 12 * d, 1
            packed["type"], packed["length"], packed["lower"] = 701, d, 1
            packed["cells"]["size"], packed["cells"]["x"] = 8, part
            file.write(packed.tobytes())
        file.write(b"\xff\xff")


def main():
    verb, folder = sys.argv[1:3]
    n, d, k, last = (int(x) for x in sys.argv[3:7])
    if verb == "make":
        return make(folder, n, d, k, last)
    centers = np.fromfile(folder + "/centers.bin").reshape(k, d)
    if verb == "fit":
        from threadpoolctl import threadpool_limits
        rows = np.fromfile(folder + "/rows.bin").reshape(n, d)
        times = []
        with threadpool_limits(int(sys.argv[7])):
            for _ in range(5 if last < 100 else 1):
                begun = time.perf_counter()
                model = fit(rows, centers, last)
                times.append(time.perf_counter() - begun)
        print("%.1f %.10g %d" % (1e3 * sorted(times)[len(times) // 2], model.inertia_, model.n_iter_))
    elif verb in ("csv", "csvlabels"):
        import pandas
        rows = pandas.read_csv(sys.stdin, header=None).to_numpy()
        model = fit(rows, centers, last)
        if verb == "csvlabels":
            pandas.Series(model.labels_).to_csv(sys.stdout, header=False, index=False)
    elif verb == "binary":
        bytes_ = np.frombuffer(sys.stdin.buffer.read(), np.uint8)[19:-2]
        rows = bytes_.view(array_type(d))["cells"]["x"].astype("f8")
        fit(rows, centers, last)


main()
