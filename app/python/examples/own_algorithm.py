"""An algorithm of one's own: EM's steps with a penalty on what is not smooth, longer while the objective rises."""

import coincide
import numpy as np

small = {"image.size": (22, 20, 0), "image.voxel_size_mm": (6, 6, 6), "output.folder": "data", "algorithm.subsets": 1}
scan = {"simulation.scanner": "small", "simulation.phantom": "cylinder", "simulation.duration_s": 0.2}
events = coincide.simulate(settings=small | scan).path(".petsird")

prior = {"prior.name": "quadratic", "prior.strength": 2}
problem = coincide.problem(settings=small | prior | {"input.data": events, "sensitivity.use_cache": False})
s = problem.sensitivity()
seen = s > 0


def value_and_gradient(x):
    (likelihood, slope), (penalty, penalty_slope) = problem.log_likelihood(x), problem.penalty(x)
    return likelihood - penalty, slope - penalty_slope


x = problem.start()
value, gradient = value_and_gradient(x)
objective, step = [value], 1.0
while len(objective) < 6:
    trial = x.copy()
    trial[seen] = np.maximum(x[seen] * (1 + step * gradient[seen] / s[seen]), 1e-3 * x[seen])
    value, gradient_there = value_and_gradient(trial)
    if value > objective[-1]:
        x, gradient, step = trial, gradient_there, 1.5 * step
        objective.append(value)
    else:
        step /= 3
print("log likelihood less penalty:", *(f"{value:.0f}" for value in objective))
coincide.write_image("own_algorithm.nii.gz", problem.image(x, iterations=5))
