#!/usr/bin/env python3
"""Looks at a picture of the window (needs Pillow): window_picture.py PICTURE.png

Ends with 1 where the icon of Run, a triangle in one colour that no letter resembles, is nowhere to be seen, or where
letters are hollow boxes, for want of a font.
"""

import re
import sys
from pathlib import Path

from PIL import Image

ICON = Path(__file__).parent.parent / "icons/run.svg"
UNITS = 16  # of a side of the drawing
SIZES = (16, 20, 24, 28, 32)  # of an icon [pixels]
BOX_SIZES = range(6, 13)  # of a letter without a font, but not of the window's title [pixels]
MOST_BOXES = 5
LEAST_CONTRAST = 60  # of 255, between what is drawn and the background


def inner_and_outer(size):
    """The pixels of an icon's square that its triangle covers whole, and those that it leaves alone, as (x, y)."""
    outline = re.search(r'd="M(.*) Z"', ICON.read_text())[1]
    corners = [tuple(float(v) * size / UNITS for v in point.split()) for point in outline.split("L")]

    def depth(x, y):
        """How far inside the middle of a pixel lies; negative outside [pixels]."""
        depths = []
        for (ax, ay), (bx, by) in zip(corners, corners[1:] + corners[:1]):
            cross = (bx - ax) * (y + 0.5 - ay) - (by - ay) * (x + 0.5 - ax)
            depths.append(cross / ((bx - ax) ** 2 + (by - ay) ** 2) ** 0.5)
        return min(depths)

    pixels = [(x, y) for y in range(size) for x in range(size)]
    return [p for p in pixels if depth(*p) > 1], [p for p in pixels if depth(*p) < -1]


def shows_icon(width, height, grey):
    for size in SIZES:
        inner, outer = inner_and_outer(size)
        for top in range(height - size):
            for left in range(width - size):
                ink, paper = (grey[top + y][left + x] for x, y in (inner[-1], outer[0]))
                if (
                    abs(ink - paper) >= LEAST_CONTRAST
                    and all(grey[top + y][left + x] == ink for x, y in inner)
                    and all(grey[top + y][left + x] == paper for x, y in outer)
                ):
                    return True
    return False


def count_boxes(width, height, grey):
    """How many squares of lines of one pixel there are, as Qt draws them for letters that no font has."""

    def is_box(top, left, size):
        ink, paper = grey[top][left], grey[top + 1][left + 1]
        right, bottom = left + size - 1, top + size - 1
        return (
            abs(ink - paper) >= LEAST_CONTRAST
            and grey[top][left - 1] == grey[top][right + 1] == paper
            and all(grey[y][x] == ink for x in range(left, right + 1) for y in (top, bottom))
            and all(grey[y][x] == ink for y in range(top, bottom + 1) for x in (left, right))
            and all(grey[y][x] == paper for y in range(top + 1, bottom) for x in range(left + 1, right))
        )

    return sum(
        any(is_box(top, left, size) for size in BOX_SIZES)
        for top in range(height - BOX_SIZES[-1])
        for left in range(1, width - BOX_SIZES[-1])
    )


def main():
    if len(sys.argv) != 2:
        raise SystemExit(__doc__)
    picture = Image.open(sys.argv[1]).convert("L")
    width, height = picture.size
    pixels = picture.tobytes()
    grey = [pixels[y * width : (y + 1) * width] for y in range(height)]
    if not shows_icon(width, height, grey):
        raise SystemExit(f"The window draws no icons: see {sys.argv[1]}.")
    if (boxes := count_boxes(width, height, grey)) > MOST_BOXES:
        raise SystemExit(f"The window draws {boxes} boxes for letters: see {sys.argv[1]}.")
    print(f"The window draws its icons and letters: see {sys.argv[1]}.")


if __name__ == "__main__":
    main()
