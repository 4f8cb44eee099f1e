"""Of the manual: `cmake --build --preset release --target manual` makes its pages in build/release/manual."""

import os
import pathlib
import subprocess
import tempfile
import urllib.parse

from docutils import nodes
from docutils.utils.math.latex2mathml import tex2mathml

program = os.environ["COINCIDE_PROGRAM"]
pictures = os.environ.get("COINCIDE_PICTURES", "")
if not os.path.isdir(pictures):
    pictures = ""

project = "Coincide"
release = subprocess.run([program, "--version"], check=True, capture_output=True, text=True).stdout.split()[-1]
extensions = ["myst_parser"]
html_math_renderer = "mathml"  # needs no network, as MathJax would
myst_enable_extensions = ["dollarmath"]
html_theme = "alabaster"
html_theme_options = {"page_width": "1100px", "body_max_width": "none", "sidebar_width": "200px", "fixed_sidebar": True}
html_show_sphinx = False
html_show_copyright = False
html_copy_source = False
html_extra_path = [pictures] if pictures else []


def settings():
    """A new job: all settings with their help, as the program at hand has them."""
    with tempfile.TemporaryDirectory() as folder:
        job = pathlib.Path(folder) / "job.toml"
        subprocess.run([program, "--new-job", job], check=True, capture_output=True)
        return f"```toml\n{job.read_text()}```\n"


def window_pictures():
    """What coincide_window_pictures left, if it did."""
    files = sorted(pathlib.Path(pictures).glob("*_light.png")) if pictures else []
    return "".join(
        f'<p>{file.stem.replace("_light", "").replace("_", ", ").capitalize()}<br>'
        f'<img src="{urllib.parse.quote(file.name)}" alt="{file.stem}" width="900"></p>\n\n'
        for file in files
    )


def fill(app, name, source):
    source[0] = source[0].replace("@SETTINGS@", settings() if name == "settings" else "")
    source[0] = source[0].replace("@PICTURES@", window_pictures())


def math(as_block):
    def visit(writer, node):
        markup = tex2mathml(node.astext(), as_block=as_block)
        writer.body.append(f'<p style="text-align: center">{markup}</p>' if as_block else markup)
        raise nodes.SkipNode

    return visit


def setup(app):
    app.add_html_math_renderer("mathml", inline_renderers=(math(False), None), block_renderers=(math(True), None))
    app.connect("source-read", fill)
