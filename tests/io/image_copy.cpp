// Reads an image and writes it again, for tests/python; with a third word "frames" a series of them, and says what a
// user would be told of it.

#include <cstdio>

#include "io/image_file.h"
#include "projectors/error.h"
#include "recon/data/suv.h"

namespace {

using namespace coincide;

void copy_series(const char* from, const char* to) {
  const auto [series, warnings] = io::read_image_series(from);
  for (const std::string& warning : warnings) {
    std::puts(warning.c_str());
  }
  std::puts(("unit " + series.unit).c_str());
  std::printf("tube voltage %g kV\n", series.tube_kv);
  std::puts(recon::suv_sentence(series).c_str());
  series.has_times() ? io::write_image_series(to, series) : io::write_image_frames(to, series);
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 3 && argc != 4) {
    return 2;
  }
  try {
    if (argc == 4) {
      copy_series(argv[1], argv[2]);
    } else {
      io::write_image(argv[2], io::read_image(argv[1]));
    }
    return 0;
  } catch (const Error& error) {
    std::fprintf(stderr, "%s\n", error.what());
    return 1;
  }
}
