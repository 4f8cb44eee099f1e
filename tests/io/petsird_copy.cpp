// Reads a listmode file, prints what it counts, and writes it again as PETSIRD if a second path is given: for tests
// that compare with the tools of others.

#include <cstdio>
#include <memory>

#include "io/listmode_file.h"
#include "io/petsird_writer.h"
#include "projectors/error.h"

int main(int argc, char** argv) {
  try {
    if (argc < 2) {
      std::fprintf(stderr, "usage: %s FILE [COPY]\n", argv[0]);
      return 2;
    }
    const auto source = coincide::io::open_listmode(argv[1]);
    std::unique_ptr<coincide::io::PetsirdWriter> writer;
    if (argc > 2) {
      writer = std::make_unique<coincide::io::PetsirdWriter>(argv[2], source->scanner(), source->efficiencies());
    }
    coincide::recon::EventBlock block;
    while (source->read(block)) {
      for (const auto& movement : block.movements) {
        if (writer && movement.problem.empty()) {
          writer->write(movement);
        }
      }
      if (writer && block.size() > 0) {
        writer->write({block.time_ms.front(), source->counts().last_ms}, block);
      }
    }
    if (writer) {
      writer->finish();
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
