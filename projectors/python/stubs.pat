# Patterns for nanobind's stub generator: constants with their types, not the values of one build.
parallelproj_core\.__prefix__$:
    __version__: str

parallelproj_core\.(version_\w+|cuda_enabled)$:
    \1: int

