"""The check of the layers finds what is planted in a copy of the tree, and nothing in the tree as it is."""

import shutil
import tempfile
import unittest
from pathlib import Path

import check_layers

TOP = Path(__file__).resolve().parents[2]

# Where, what is included, and what must be said; None: that is allowed.
PLANTED = [
    ("projectors/projector.cpp", '"recon/scanner.h"', "recon is above projectors"),
    ("recon/scanner.cpp", '"io/job.h"', "io is above recon"),
    ("io/job.cpp", '"gui/model/roi.h"', "gui/model is above io"),
    ("gui/model/roi.cpp", '"app/run_job.h"', "app is above gui/model"),
    ("recon/measurement/problem.cpp", '"recon/pipeline/stages.h"', "recon/pipeline is above recon/measurement"),
    ("recon/image.cpp", '"recon/measurement/problem.h"', "recon/measurement is above recon"),
    ("io/hdf5/hdf5_file.cpp", '"io/tables/table_file.h"', "io/tables is above io/hdf5"),
    ("recon/measurement/problem.cpp", '"../pipeline/stages.h"', "recon/pipeline is above recon/measurement"),
    ("io/job.cpp", '"support/test_main.h"', "tests/support is no folder of the program"),
    ("io/job.cpp", "<QString>", "belongs to gui/worker"),
    ("gui/model/roi.cpp", "<QtCore/QString>", "belongs to gui/worker"),
    ("gui/panels/roi_table.cpp", "<vtkPoints.h>", "belongs to gui/viewer alone"),
    ("app/run_job.cpp", "<QString>", "belongs to gui/worker"),
    ("recon/engine/engine.cpp", "<cuda_runtime.h>", "belongs to projectors/cuda, recon/engine/cuda, recon/scatter/cuda alone"),
    ("projectors/projector.cpp", "<fmt/format.h>", "belongs to recon"),
    ("recon/events.h", '"recon/efficiencies.h"', None),
    ("recon/data/frames.cpp", '"recon/image.h"', None),
    ("recon/engine/cuda/unavailable.cpp", "<cuda_runtime.h>", None),
    ("app/window.cpp", "<QString>", None),
]


class CheckLayersTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.TemporaryDirectory()
        cls.copy = Path(cls.folder.name).resolve()
        for floor in ("projectors", "recon", "io", "gui", "app", "tests/support"):
            shutil.copytree(TOP / floor, cls.copy / floor, ignore=shutil.ignore_patterns("build", "dist"))

    @classmethod
    def tearDownClass(cls):
        cls.folder.cleanup()

    def sentences_with(self, place, line):
        file = self.copy / place
        before = file.read_text() if file.exists() else None
        file.parent.mkdir(exist_ok=True)
        file.write_text((before or "") + line + "\n")
        try:
            return check_layers.check(self.copy)[0]
        finally:
            if before is None:
                shutil.rmtree(file.parent)
            else:
                file.write_text(before)

    def test_the_copy_is_clean_and_whole(self):
        sentences, count = check_layers.check(self.copy)
        self.assertEqual(sentences, [])
        self.assertGreater(count, 900)

    def test_planted_includes(self):
        for place, name, expected in PLANTED:
            with self.subTest(place=place, name=name):
                sentences = self.sentences_with(place, f"# include {name}")
                self.assertEqual(len(sentences), 0 if expected is None else 1, sentences)
                if expected:
                    self.assertRegex(sentences[0], rf"^{place}:\d+: .*{expected}")

    def test_headers_in_a_circle(self):
        sentences = self.sentences_with("recon/scanner.h", '#include "recon/field_of_view.h"')
        self.assertEqual(len(sentences), 1)
        self.assertIn("recon/scanner.h -> recon/field_of_view.h", sentences[0] + " -> " + sentences[0])

    def test_a_folder_without_a_place(self):
        sentences = self.sentences_with("recon/attic/old.h", "#pragma once")
        self.assertEqual(len(sentences), 1)
        self.assertIn("recon/attic has no place among the layers", sentences[0])


if __name__ == "__main__":
    unittest.main()
