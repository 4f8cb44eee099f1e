"""Passes and seconds that algorithms take to the most probable image of a simulated phantom.

Usage: yardstick.py PROGRAM FOLDER [name=value ...]
Values: phantom=nema_iq scanner=dmi duration_s=3 voxel_mm=6 prior=relative-difference strength=3 passes=24
reference_passes=60 check_passes=200. Needs numpy and nibabel. Data and references that lie in FOLDER are used again.

The reference is map run long; BSREM run longer says how far off it may be. Good is where, from then on, the whole
object's root mean square error is below 1 % and the mean error of every region below 0.5 %, both in parts of the
reference's background. Passes beside the counted ones are in the seconds.
"""

import json
import subprocess
import sys
import tomllib
from pathlib import Path

import nibabel
import numpy as np

PHANTOMS = Path(__file__).parents[2] / "resources" / "phantoms"
DEFAULTS = {
    "phantom": "nema_iq",
    "scanner": "dmi",
    "duration_s": "3",
    "voxel_mm": "6",
    "prior": "relative-difference",
    "strength": "3",
    "passes": "24",
    "reference_passes": "60",
    "check_passes": "200",
}
RUNS = {
    "map": ["algorithm.name=map"],
    "ossps": ["algorithm.name=ossps"],
    "bsrem": ["algorithm.name=bsrem"],
    "bsrem_after_osem": ["algorithm.name=bsrem", "algorithm.start_image=osem.nii.gz"],
}


class Yardstick:
    def __init__(self, program, folder, values):
        self.program, self.folder = Path(program).absolute(), Path(folder).absolute()
        self.folder.mkdir(parents=True, exist_ok=True)
        self.values = values
        v = values["voxel_mm"]
        self.grid = [f"image.voxel_size_mm=[{v}, {v}, {v}]", f"image.size=[{int(390 / float(v))}, {int(300 / float(v))}, 0]"]

    def run(self, name, settings):
        """Seconds of each pass; a result that is there already is not made again."""
        if not (self.folder / f"{name}.json").exists():
            (self.folder / "job.toml").write_text('[output]\nfolder = "."\n')
            settings = [*self.grid, "sensitivity.fraction=0.02", "stop.change=0", f"output.name={name}", *settings]
            words = [word for setting in settings for word in ("--set", setting)]
            done = subprocess.run(
                [self.program, "--batch", "job.toml", *words],
                cwd=self.folder, capture_output=True, text=True, check=False,
            )
            if done.returncode != 0:
                sys.exit(f"{name}: {done.stderr}")
        record = json.loads((self.folder / f"{name}.json").read_text())
        return [one["seconds"] for one in record["Coincide"]["iterations"]]

    def simulate(self):
        names = [f"simulation.{key}={self.values[key]}" for key in ("phantom", "scanner", "duration_s")]
        self.run("scan", [*names, "algorithm.name=osem", "stop.passes=1"])

    def reconstruct(self, name, passes, settings, with_prior=True):
        prior = [f"prior.name={self.values['prior']}", f"prior.strength={self.values['strength']}"] if with_prior else []
        data = ["input.data=scan.petsird", "corrections.attenuation=scan_mu.nii.gz", f"stop.passes={passes}"]
        return self.run(name, [*data, *prior, *settings])

    def image(self, name):
        return nibabel.load(self.folder / f"{name}.nii.gz")

    def after_pass(self, name, iteration, passes):
        return self.image(name if iteration == passes else f"{name}_it{iteration:03}").get_fdata()


def regions(image, phantom):
    """Masks of the shapes in the phantom, the first of which is the background, 15 mm from others; and of its whole body."""
    shapes = tomllib.loads((PHANTOMS / f"{phantom}.toml").read_text())
    indices = np.moveaxis(np.indices(image.shape), 0, -1)
    place = indices @ image.affine[:3, :3].T + image.affine[:3, 3]
    place *= (-1, -1, 1)  # the scanner's axes are LPS
    shapes = {name: shape for name, shape in shapes.items() if isinstance(shape, dict)}
    masks = {name: inside(place, shape, 0) for name, shape in shapes.items()}
    body, *others = shapes
    background = inside(place, shapes[body], -15)
    for name in others:
        background &= ~inside(place, shapes[name], 15)
    masks[body] = background
    return masks, inside(place, shapes[body], 0)


def inside(place, shape, margin_mm):
    half = np.maximum(np.array(shape["half_size_mm"]) + margin_mm, 1e-3)
    p = (place - shape["centre_mm"]) / half
    if shape["kind"] == "ellipsoid":
        return (p**2).sum(-1) < 1
    return ((p[..., :2] ** 2).sum(-1) < 1) & (np.abs(p[..., 2]) < 1)


def errors(image, reference, masks, whole):
    """RMSE of the whole and the largest mean error of a region, in per cent of the background."""
    scale = 100 / reference[next(iter(masks.values()))].mean()
    difference = (image - reference) * scale
    means = [abs(difference[mask & whole].mean()) for mask in masks.values() if (mask & whole).any()]
    return np.sqrt((difference[whole] ** 2).mean()), max(means)


def report(yardstick, name, reference, masks, wholes):
    passes = int(yardstick.values["passes"])
    seconds = yardstick.reconstruct(name, passes, [*RUNS[name], "output.save_every_iteration=true"])
    for planes, whole in wholes.items():
        found = [errors(yardstick.after_pass(name, i + 1, passes), reference, masks, whole) for i in range(passes)]
        bad = [i for i, (rmse, mean) in enumerate(found) if rmse >= 1 or mean >= 0.5]
        good = bad[-1] + 2 if bad else 1
        text = f"{good} passes, {sum(seconds[:good]):.1f} s" if good <= passes else f"not in {passes} passes"
        curve = ", ".join(f"{found[i - 1][0]:.2g}/{found[i - 1][1]:.2g}" for i in (2, 4, 8, 12, passes) if i <= passes)
        print(f"{name:18}{planes:14}{text:22}RMSE/region % after 2, 4, 8, 12, {passes}: {curve}", flush=True)


def main():
    values = DEFAULTS | dict(word.split("=", 1) for word in sys.argv[3:])
    yardstick = Yardstick(sys.argv[1], sys.argv[2], values)
    yardstick.simulate()
    yardstick.reconstruct("reference", values["reference_passes"], RUNS["map"])
    yardstick.reconstruct("check", values["check_passes"], RUNS["bsrem"])
    yardstick.reconstruct("osem", 2, ["algorithm.name=osem"], with_prior=False)
    image = yardstick.image("reference")
    reference = image.get_fdata()
    masks, body = regions(image, values["phantom"])
    planes = image.shape[2]
    inner = body.copy()
    inner[:, :, : planes // 8] = inner[:, :, planes - planes // 8 :] = False
    wholes = {"all planes": body, "inner planes": inner}
    for name, whole in wholes.items():
        rmse, mean = errors(yardstick.image("check").get_fdata(), reference, masks, whole)
        print(f"BSREM after {values['check_passes']} passes is off by {rmse:.2g} % RMSE, {mean:.2g} % of a region: {name}")
    for name in RUNS:
        report(yardstick, name, reference, masks, wholes)


if __name__ == "__main__":
    main()
