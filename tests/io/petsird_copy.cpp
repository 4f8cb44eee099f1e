// Reads a listmode file, prints what it counts, and writes it again as PETSIRD, binary or HDF5, if a second path is
// given: for tests that compare with the tools of others.

#include <cstdio>

#include "io/listmode_file.h"
#include "io/petsird_conversion.h"
#include "projectors/error.h"

int main(int argc, char** argv) {
  try {
    if (argc < 2) {
      std::fprintf(stderr, "usage: %s FILE [COPY]\n", argv[0]);
      return 2;
    }
    const auto source = coincide::io::open_listmode(argv[1]);
    if (argc > 2) {
      coincide::recon::Reporter silent;
      coincide::io::PetsirdWriter writer(argv[2], source->scanner(), source->efficiencies());
      coincide::io::write_petsird(*source, writer, silent);
    } else {
      coincide::recon::EventBlock block;
      while (source->read(block)) {
      }
    }
    const auto& counts = source->counts();
    std::printf("prompts %llu\ndelayeds %llu\nlast_ms %u\ncrystals %zu\n",
                static_cast<unsigned long long>(counts.prompts), static_cast<unsigned long long>(counts.delayeds),
                counts.last_ms, source->scanner().num_crystals());
    return 0;
  } catch (const coincide::Error& error) {
    std::fprintf(stderr, "%s\n", error.what());
    return 3;
  }
}
