"""Project rays through a uniform cube and compare with the lengths of their chords; then project back."""

import numpy as np
import parallelproj_core as pp

voxel_size = np.full(3, 2, np.float32)  # mm
image = np.zeros((50, 50, 50), np.float32)
image[10:40, 10:40, 10:40] = 1  # a cube of 60 mm in an image of 100 mm
image_origin = np.full(3, -49, np.float32)  # centre of voxel [0, 0, 0]: the image is centred on 0

# One ray along each axis, and one through two opposite edges of the cube.
lor_start = np.array([[-200, 1, 1], [1, -200, 1], [1, 1, -200], [-200, -200, 1]], np.float32)
lor_end = np.array([[200, 1, 1], [1, 200, 1], [1, 1, 200], [200, 200, 1]], np.float32)
chords = np.array([60, 60, 60, 60 * np.sqrt(2)], np.float32)

projection = np.empty(len(lor_start), np.float32)
pp.joseph3d_fwd(lor_start, lor_end, image, image_origin, voxel_size, projection)

backprojection = np.zeros_like(image)  # joseph3d_back adds to what is there
pp.joseph3d_back(lor_start, lor_end, backprojection, image_origin, voxel_size, projection)

for chord, value in zip(chords, projection, strict=True):
    print(f"chord {chord:6.2f} mm   projection {value:6.2f} mm")
print(f"<A x, A x> = {np.vdot(projection, projection):.2f}   <x, A^T A x> = {np.vdot(image, backprojection):.2f}")
