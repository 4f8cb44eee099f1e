"""Writes tables of events that Coincide reads: HDF5, columns in the group "events", the scanner in "scanner"."""
import os

import numpy as np

from . import GateError


class Table:
    """Grows row by row; the file gets its name when the block ends without an error."""

    def __init__(self, path, made_from):
        import h5py
        self.path, self.temporary = path, f"{path}.part"
        try:
            self.file = h5py.File(self.temporary, "w")
        except OSError as error:
            raise GateError(f"{path} cannot be written: {error}.") from error
        self.file.attrs["format"] = "Coincide table of events, version 1"
        self.file.attrs["made_from"] = made_from
        self.events = self.file.create_group("events")

    def __enter__(self):
        return self

    def __exit__(self, kind, *_):
        self.file.close()
        if kind is None:
            os.replace(self.temporary, self.path)
        else:
            os.remove(self.temporary)

    def add(self, columns):
        """Rows of columns, {name: values}; all calls have the same columns."""
        for name, values in columns.items():
            if name not in self.events:
                self.events.create_dataset(name, shape=(0,), maxshape=(None,), chunks=(1 << 16,), dtype=values.dtype)
            data = self.events[name]
            data.resize(len(data) + len(values), axis=0)
            data[len(data) - len(values):] = values

    def attributes(self, **values):
        for name, value in values.items():
            if value is not None:
                self.events.attrs[name] = value

    def scanner(self, scanner):
        group = self.file.create_group("scanner")
        group.attrs["name"] = scanner.name
        group.attrs["crystals_per_module"] = scanner.crystals_per_module
        group["crystal_centre_mm"] = scanner.centres_mm.astype(np.float32)
        group["crystal_normal"] = scanner.normals.astype(np.float32)
        group["crystal_face_mm2"] = np.full(len(scanner.centres_mm), scanner.face_mm2, np.float32)
