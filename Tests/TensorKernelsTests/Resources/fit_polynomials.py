"""Fits the polynomials of Sources/CTensorKernels/vector_math.h and prints them, lowest power first.

Run with numpy and scipy: python fit_polynomials.py
Each fit is an iteratively re-weighted least-squares fit on Chebyshev nodes, which comes close to the
minimax polynomial; the printed error is the largest one in double precision before rounding.
"""
import numpy as np
from scipy.special import erf, erfc


def fit(name, function, low, high, degree, weight=lambda x: np.ones_like(x)):
    nodes = np.cos(np.pi * (np.arange(4000) + 0.5) / 4000)
    x = low + (high - low) * (nodes + 1) / 2
    y, w = function(x), weight(x)
    emphasis = np.ones_like(x)
    best, best_error = None, np.inf
    scaled = (2 * x - low - high) / (high - low)
    for _ in range(60):
        c = np.polynomial.chebyshev.chebfit(scaled, y, degree, w=w * np.sqrt(emphasis))
        error = np.abs((np.polynomial.chebyshev.chebval(scaled, c) - y) * w)
        if error.max() < best_error:
            best, best_error = c, error.max()
        emphasis *= 0.5 + error / error.max()
        emphasis /= emphasis.mean()
    p = np.polynomial.Chebyshev(best, domain=[low, high]).convert(kind=np.polynomial.Polynomial)
    print(f"{name}: [{low}, {high}], largest weighted error {best_error:.2e}")
    print("   ", ", ".join(f"{c:.9e}f" for c in p.coef))


half_ln2 = np.log(2) / 2 * 1.0001
relative = lambda f: (lambda x: 1 / np.abs(f(x)))

# exp(r) = 1 + r + r^2 P(r)
fit("exp", lambda r: np.where(np.abs(r) < 1e-4, 0.5 + r / 6 + r * r / 24,
                              (np.expm1(r) - r) / np.where(r == 0, 1, r * r)),
    -half_ln2, half_ln2, 5, lambda r: r * r + 1e-9)
# erf(x) = x + x P(x^2) for |x| < 0.93
fit("erf, small", lambda s: erf(np.sqrt(s)) / np.sqrt(s) - 1, 1e-12, 0.93 ** 2, 5)
# erf(x) = 1 - exp(-x - x P(x)) for 0.93 <= x <= 4
fit("erf, large", lambda x: -np.log(erfc(x)) / x - 1, 0.92, 4.0, 7,
    lambda x: x * erfc(x) / erf(x))
# tanh(x) = x + x^3 P(x^2) for |x| < 0.625
fit("tanh", lambda s: (np.tanh(np.sqrt(s)) - np.sqrt(s)) / np.sqrt(s) ** 3, 1e-6, 0.625 ** 2, 5, lambda s: s)
# log(1 + f) = f - f^2/2 + f^3 P(f) for sqrt(1/2) - 1 <= f <= sqrt(2) - 1
fit("log", lambda f: np.where(np.abs(f) < 1e-3, 1 / 3 - f / 4 + f * f / 5,
                              (np.log1p(f) - f + f * f / 2) / np.where(f == 0, 1, f ** 3)),
    np.sqrt(0.5) - 1, np.sqrt(2) - 1, 8, lambda f: f * f + 1e-9)
# sin(2 pi t) = t P(t^2), cos(2 pi t) = Q(t^2) for |t| <= 1/8
fit("sin", lambda s: np.sin(2 * np.pi * np.sqrt(s)) / np.sqrt(s), 1e-12, 1 / 64, 4)
fit("cos", lambda s: np.cos(2 * np.pi * np.sqrt(s)), 0.0, 1 / 64, 4)
