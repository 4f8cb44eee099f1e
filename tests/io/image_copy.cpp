// Reads an image and writes it again, for tests/python/test_nifti.py; with a third word "frames" a series of them.

#include <cstdio>

#include "io/image_file.h"
#include "projectors/error.h"

int main(int argc, char** argv) {
  if (argc != 3 && argc != 4) {
    return 2;
  }
  try {
    if (argc == 4) {
      coincide::io::write_image_series(argv[2], coincide::io::read_image_series(argv[1]).series);
    } else {
      coincide::io::write_image(argv[2], coincide::io::read_image(argv[1]));
    }
    return 0;
  } catch (const coincide::Error& error) {
    std::fprintf(stderr, "%s\n", error.what());
    return 1;
  }
}
