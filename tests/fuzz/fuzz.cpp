// libFuzzer's entry: reads each input as the format that the environment's COINCIDE_FORMAT names.

#include <unistd.h>

#include <cstdint>
#include <cstdlib>

#include "fuzz/formats.h"

/// libFuzzer's own change.
extern "C" std::size_t LLVMFuzzerMutate(std::uint8_t* bytes, std::size_t size, std::size_t most);

namespace {

namespace fs = std::filesystem;

const coincide::fuzz::Format& format() {
  static const coincide::fuzz::Format& chosen = [] -> const coincide::fuzz::Format& {
    const char* name = std::getenv("COINCIDE_FORMAT");
    return coincide::fuzz::format_named(name == nullptr ? "" : name);
  }();
  return chosen;
}

/// One for each process, gone with it.
struct Folder {
  fs::path path = fs::temp_directory_path() / ("coincide_fuzz_" + std::to_string(getpid()));
  Folder() { fs::create_directory(path); }
  ~Folder() { fs::remove_all(path); }
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  static const Folder folder;
  coincide::fuzz::read_input(format(), {reinterpret_cast<const char*>(bytes), size}, folder.path);
  return 0;
}

extern "C" std::size_t LLVMFuzzerCustomMutator(std::uint8_t* bytes, std::size_t size, std::size_t most, unsigned) {
  const std::size_t first = format().first_to_change({reinterpret_cast<const char*>(bytes), size});
  return first + LLVMFuzzerMutate(bytes + first, size - first, most - first);
}
