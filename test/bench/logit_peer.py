# scikit-learn and statsmodels on rows from a file of doubles: n x (d + 1), the label first.
#
#   python3 logit_peer.py FILE N D
#
# Prints for each peer: name, CPU seconds, log-likelihood.  A peer that is not installed is named and skipped.
import sys
import time

import numpy

n, d = int(sys.argv[2]), int(sys.argv[3])
rows = numpy.fromfile(sys.argv[1]).reshape(n, d + 1)
y, x = rows[:, 0].copy(), rows[:, 1:].copy()


def timed(name, fit):
    start = time.process_time()
    beta = fit()
    seconds = time.process_time() - start
    eta = beta[0] + x @ beta[1:]
    print(f"{name} {seconds:.4f} {(y * eta - numpy.logaddexp(0, eta)).sum():.9f}")


def sklearn_fit(solver):
    from sklearn.linear_model import LogisticRegression

    def fit():
        mean, sd = x.mean(axis=0), x.std(axis=0)
        model = LogisticRegression(penalty=None, solver=solver, tol=1e-8, max_iter=1000).fit((x - mean) / sd, y)
        slopes = model.coef_[0] / sd
        return numpy.concatenate(([model.intercept_[0] - slopes @ mean], slopes))

    return fit


try:
    for solver in ("lbfgs", "newton-cholesky"):
        timed(f"sklearn_{solver}", sklearn_fit(solver))
except ImportError as missing:
    print(f"skipped: {missing}", file=sys.stderr)
try:
    import statsmodels.api as sm
    timed("statsmodels_Logit", lambda: sm.Logit(y, sm.add_constant(x)).fit(disp=0, method="newton", tol=1e-8).params)
except ImportError as missing:
    print(f"skipped: {missing}", file=sys.stderr)
