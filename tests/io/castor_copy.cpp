// Reads a listmode file and writes it as CASToR data, and prints what these cannot hold: for tests in other languages.

#include <cstdio>

#include "io/castor/castor_writer.h"
#include "io/listmode_file.h"
#include "projectors/error.h"

int main(int argc, char** argv) {
  try {
    if (argc != 3) {
      std::fprintf(stderr, "usage: %s FILE COPY.cdh\n", argv[0]);
      return 2;
    }
    const auto source = coincide::io::open_listmode(argv[1]);
    for (const std::string& sentence : coincide::io::write_castor(*source, argv[2])) {
      std::printf("%s\n", sentence.c_str());
    }
    return 0;
  } catch (const coincide::Error& error) {
    std::fprintf(stderr, "%s\n", error.what());
    return 3;
  }
}
