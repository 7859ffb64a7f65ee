# SPDX-License-Identifier: GPL-2.0-only
"""Ratio of two sets of samples with its confidence interval.

Welch's t-test on the logarithms: a ratio's error is multiplicative, spreads
of A and B may differ, and few rounds are normal. Standard library only.
"""

import math


def incomplete_beta(a, b, x):
    """Regularised incomplete beta function, by Lentz's continued fraction."""
    if x <= 0:
        return 0.0
    if x >= 1:
        return 1.0
    if x > (a + 1) / (a + b + 2):
        return 1 - incomplete_beta(b, a, 1 - x)
    front = math.exp(math.lgamma(a + b) - math.lgamma(a) - math.lgamma(b) +
                     a * math.log(x) + b * math.log1p(-x)) / a
    tiny = 1e-300
    c, d = 1.0, 1 / max(abs(1 - (a + b) * x / (a + 1)), tiny)
    value = d
    for m in range(1, 300):
        for numerator in (
                m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m)),
                -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1))):
            d = 1 + numerator * d
            d = 1 / (d if abs(d) > tiny else tiny)
            c = 1 + numerator / c
            c = c if abs(c) > tiny else tiny
            value *= c * d
        if abs(c * d - 1) < 1e-12:
            break
    return front * value


def t_quantile(confidence, freedom):
    """t so that |T| < t with the given probability, by bisection."""
    low, high = 0.0, 1e6
    for _ in range(200):
        mid = (low + high) / 2
        outside = incomplete_beta(freedom / 2, 0.5,
                                  freedom / (freedom + mid * mid))
        if outside > 1 - confidence:
            low = mid
        else:
            high = mid
    return high


def mean_variance(values):
    mean = sum(values) / len(values)
    variance = sum((v - mean) ** 2 for v in values) / (len(values) - 1)
    return mean, variance


def ratio(before, after, confidence=0.95):
    """(after / before, low, high); low and high are None where unknown.

    Unknown: fewer than two samples on a side, or a sample that is not
    positive. The ratio itself is None where it has no meaning.
    """
    if not before or not after:
        return None, None, None
    if min(before) <= 0 or min(after) <= 0:
        mean = sum(before) / len(before)
        if mean <= 0:
            return None, None, None
        return sum(after) / len(after) / mean, None, None
    logs = [[math.log(v) for v in side] for side in (before, after)]
    if min(len(before), len(after)) < 2:
        centre = sum(logs[1]) / len(logs[1]) - sum(logs[0]) / len(logs[0])
        return math.exp(centre), None, None
    (mean_a, var_a), (mean_b, var_b) = map(mean_variance, logs)
    part_a, part_b = var_a / len(before), var_b / len(after)
    centre, error = mean_b - mean_a, part_a + part_b
    if error <= 0:
        return math.exp(centre), math.exp(centre), math.exp(centre)
    freedom = error ** 2 / (part_a ** 2 / (len(before) - 1) +
                            part_b ** 2 / (len(after) - 1))
    reach = t_quantile(confidence, freedom) * math.sqrt(error)
    return (math.exp(centre), math.exp(centre - reach),
            math.exp(centre + reach))
