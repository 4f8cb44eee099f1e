"""How far long work is, in one line of text."""

import sys
from typing import TextIO


class ProgressLine:
    """For `on_progress`: a line that is drawn again, in a terminal or a notebook; each stage leaves its own."""

    def __init__(self, file: TextIO | None = None) -> None:
        self._file = file
        self._stage = ""

    def __call__(self, stage: str, fraction: float) -> None:
        file = self._file or sys.stdout
        if self._stage not in ("", stage):
            file.write("\n")
        done = fraction >= 1
        self._stage = "" if done else stage
        file.write(f"\r{stage}  {100 * fraction:3.0f} %" + ("\n" if done else ""))
        file.flush()
