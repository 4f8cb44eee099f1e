// Reads an image and writes it again, for tests/python/test_nifti.py.

#include <cstdio>

#include "io/image_file.h"
#include "projectors/error.h"

int main(int argc, char** argv) {
  if (argc != 3) {
    return 2;
  }
  try {
    coincide::io::write_image(argv[2], coincide::io::read_image(argv[1]));
    return 0;
  } catch (const coincide::Error& error) {
    std::fprintf(stderr, "%s\n", error.what());
    return 1;
  }
}
