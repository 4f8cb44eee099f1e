#!/usr/bin/env python3
"""Saves what Xvfb shows as a picture, and looks at it: window_picture.py SCREEN PICTURE.png

SCREEN is Xvfb_screen0 in the folder of its -fbdir, an XWD file. Ends with 1 where the icon of Run, a triangle in one
colour that no letter resembles, is nowhere to be seen, or where letters are hollow boxes, for want of a font.
"""

import re
import struct
import sys
import zlib
from pathlib import Path

ICON = Path(__file__).parent.parent / "icons/run.svg"
UNITS = 16  # of a side of the drawing
SIZES = (16, 20, 24, 28, 32)  # of an icon [pixels]
BOX_SIZES = range(6, 13)  # of a letter without a font, but not of the window's title [pixels]
MOST_BOXES = 5
LEAST_CONTRAST = 60  # of 255, between what is drawn and the background


def read_screen(path):
    """Width, height and the pixels' colours, three bytes each, by row."""
    data = path.read_bytes()
    header = struct.unpack(">25I", data[:100])
    width, height, bits, row_bytes = header[4], header[5], header[11], header[12]
    if header[1] != 7 or bits != 32:
        raise SystemExit(f"{path} is no XWD file with 32 bits per pixel: let Xvfb make it with -screen 0 1280x800x24.")
    begin = header[0] + 12 * header[19]  # after the colour map
    rows = []
    for y in range(height):
        bgrx = data[begin + y * row_bytes :][: 4 * width]
        rgb = bytearray(3 * width)
        rgb[0::3], rgb[1::3], rgb[2::3] = bgrx[2::4], bgrx[1::4], bgrx[0::4]
        rows.append(bytes(rgb))
    return width, height, rows


def write_png(path, width, height, rows):
    def chunk(kind, content):
        return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))

    size = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    pixels = zlib.compress(b"".join(b"\0" + row for row in rows))
    path.write_bytes(b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", size) + chunk(b"IDAT", pixels) + chunk(b"IEND", b""))


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


def shows_icon(width, height, rows):
    grey = [row[1::3] for row in rows]
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


def count_boxes(width, height, rows):
    """How many squares of lines of one pixel there are, as Qt draws them for letters that no font has."""
    grey = [row[1::3] for row in rows]

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
    if len(sys.argv) != 3:
        raise SystemExit(__doc__)
    screen = read_screen(Path(sys.argv[1]))
    write_png(Path(sys.argv[2]), *screen)
    if not shows_icon(*screen):
        raise SystemExit(f"The window draws no icons: see {sys.argv[2]}.")
    if (boxes := count_boxes(*screen)) > MOST_BOXES:
        raise SystemExit(f"The window draws {boxes} boxes for letters: see {sys.argv[2]}.")
    print(f"The window draws its icons and letters: see {sys.argv[2]}.")


if __name__ == "__main__":
    main()
