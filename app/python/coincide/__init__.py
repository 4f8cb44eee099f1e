"""PET image reconstruction: jobs, data, images, and the model of the measurement for algorithms of one's own.

    import coincide
    result = coincide.run("job.toml", on_progress=coincide.ProgressLine())
    result.image.values      # float32 [x, y, z], in result.image.unit

run() does what `coincide --batch job.toml` does. open() gives measured data as NumPy arrays, read_image() images; a Job
is to be changed and checked, a Problem is what an algorithm is given. Lengths are in mm, times in s, in the scanner's
axes.
"""

import os as _os
from pathlib import Path as _Path

from ._core import *  # noqa: F403
from ._core import __version__ as __version__
from ._core import _set_resource_folder
from .progress import ProgressLine as ProgressLine

_resources = _Path(__file__).parent / "resources"
if _resources.is_dir():  # of an installed package
    _set_resource_folder(_resources)
    _fonts = _resources / "fonts" / "fonts.conf"
    if _fonts.is_file() and not _Path("/etc/fonts/fonts.conf").is_file():
        # A system without fonts: the pictures of results would show boxes for letters.
        _os.environ.setdefault("FONTCONFIG_FILE", str(_fonts))
