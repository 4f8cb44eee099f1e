# Patterns for nanobind's stub generator: names that signatures use, the version's type, and errors.
coincide\._core\.__prefix__$:
    import os
    import pathlib
    from collections.abc import Callable, Iterator, Mapping, Sequence
    from typing import Any, TypeAlias

    import numpy
    from numpy.typing import NDArray

    Array: TypeAlias = NDArray[Any]
    Floats: TypeAlias = NDArray[numpy.float32]
    Setting: TypeAlias = bool | int | float | str | tuple[int, int, int] | tuple[float, float, float]
    JobLike: TypeAlias = str | os.PathLike[str] | Job | None
    Settings: TypeAlias = Mapping[str, Setting | Sequence[float] | os.PathLike[str]] | None
    # Callbacks; one that returns False stops the work.
    OnProgress: TypeAlias = Callable[[str, float], bool | None] | None
    OnImage: TypeAlias = Callable[[Image, float], bool | None] | None
    OnMessage: TypeAlias = Callable[[str, str], bool | None] | None
    __version__: str

    def _set_resource_folder(folder: str | os.PathLike) -> None: ...

coincide\._core\.Error$:
    class Error(Exception):
        \doc

coincide\._core\.InputError$:
    class InputError(Error, ValueError):
        \doc

coincide\._core\.FileError$:
    class FileError(Error, OSError):
        \doc

coincide\._core\.DeviceError$:
    class DeviceError(Error, RuntimeError):
        \doc

