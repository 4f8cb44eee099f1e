// Reads hostile inputs without libFuzzer: the seeds, what was found before, and seeds that are damaged at random. Each
// format in a process of its own, which may die without harm.

#include <fmt/format.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <functional>
#include <iterator>

#include "fuzz/damage.h"
#include "fuzz/formats.h"
#include "fuzz/seeds.h"

namespace {

namespace fs = std::filesystem;
using namespace coincide::fuzz;
using Clock = std::chrono::steady_clock;

/// Gone with its owner.
class Folder {
 public:
  Folder() {
    std::string name = (fs::temp_directory_path() / "coincide_fuzz_XXXXXX").string();
    if (mkdtemp(name.data()) == nullptr) {
      throw std::runtime_error("cannot make the folder " + name);
    }
    path_ = name;
  }
  Folder(const Folder&) = delete;
  ~Folder() { fs::remove_all(path_); }
  fs::path operator/(const std::string& name) const { return path_ / name; }

 private:
  fs::path path_;
};

std::string contents(const fs::path& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

void write(const fs::path& path, const std::string& bytes) { std::ofstream(path, std::ios::binary) << bytes; }

std::vector<Seed> all_seeds() {
  const Folder folder;
  fs::create_directory(folder / "seeds");
  return make_seeds(folder / "seeds");
}

/// What a hostile file must not take; the sanitizers take more.
void limit_memory() {
#ifndef COINCIDE_SANITIZED
  constexpr rlim_t most_bytes = 2ULL << 30;
  const rlimit limit{most_bytes, most_bytes};
  setrlimit(RLIMIT_AS, &limit);
#endif
}

/// The work of one process, in a folder that outlives it.
struct Task {
  const Format& format;
  const std::vector<Seed>& seeds;  ///< of all formats
  fs::path findings;               ///< folder of them, by formats
  double seconds = 0;
  fs::path work;
  fs::path input;  ///< that is being read

  std::string read(const std::string& bytes) const {
    constexpr unsigned most_s = 20;
    write(input, bytes);
    alarm(most_s);
    return read_input(format, bytes, work);
  }

  int run() const;

 private:
  std::vector<std::string> read_seeds() const;
  int read_findings() const;
  int read_damaged(const std::vector<std::string>& inputs) const;
};

/// Throws std::runtime_error for one that is refused: it would find nothing.
std::vector<std::string> Task::read_seeds() const {
  std::vector<std::string> inputs;
  for (const Seed& seed : seeds) {
    if (seed.format != format.name) {
      continue;
    }
    if (const std::string refusal = read(seed.bytes); !refusal.empty()) {
      throw std::runtime_error(fmt::format("the seed {} is refused: {}", seed.name, refusal));
    }
    inputs.push_back(seed.bytes);
  }
  return inputs;
}

int Task::read_findings() const {
  int count = 0;
  if (const fs::path folder = findings / format.name; fs::is_directory(folder)) {
    for (const auto& file : fs::directory_iterator(folder)) {
      read(contents(file.path()));
      ++count;
    }
  }
  return count;
}

int Task::read_damaged(const std::vector<std::string>& inputs) const {
  std::mt19937_64 random(1);
  int count = 0;
  const auto stop = Clock::now() + std::chrono::duration<double>(seconds);
  for (; !inputs.empty() && Clock::now() < stop; ++count) {
    const std::string& input = inputs[random() % inputs.size()];
    std::string changed = input.substr(format.first_to_change(input));
    damage(changed, random);
    read(input.substr(0, format.first_to_change(input)) + changed);
  }
  return count;
}

int Task::run() const {
  try {
    limit_memory();
    const std::vector<std::string> whole = read_seeds();
    const int past = read_findings();
    const int damaged = read_damaged(whole);
    fmt::print("{:<17} {:2} seeds, {:3} findings, {:6} damaged\n", format.name, whole.size(), past, damaged);
    return EXIT_SUCCESS;
  } catch (const std::exception& error) {
    fmt::print("{}: {}\n", format.name, error.what());
    return EXIT_FAILURE;
  }
}

/// True if the process ends well; else what it read is kept beside.
bool runs(const Format& format, const std::vector<Seed>& seeds, const fs::path& findings, double seconds) {
  const Folder folder;
  const Task task{.format = format,
                  .seeds = seeds,
                  .findings = findings,
                  .seconds = seconds,
                  .work = folder / "files",
                  .input = folder / "input"};
  fs::create_directory(task.work);
  std::fflush(stdout);
  const pid_t child = fork();
  if (child == 0) {
    const int code = task.run();
    std::fflush(stdout);
    _exit(code);
  }
  int status = 0;
  waitpid(child, &status, 0);
  if (WIFEXITED(status) && WEXITSTATUS(status) == EXIT_SUCCESS) {
    return true;
  }
  const std::string kept = fmt::format("finding_{}", format.name);
  fs::copy_file(task.input, kept, fs::copy_options::overwrite_existing);
  fmt::print("{}: ended by {} {}; the input is kept in {}\n", format.name, WIFSIGNALED(status) ? "signal" : "code",
             WIFSIGNALED(status) ? WTERMSIG(status) : WEXITSTATUS(status), fs::absolute(kept).string());
  return false;
}

int write_seeds(const fs::path& folder) {
  for (const Seed& seed : all_seeds()) {
    fs::create_directories(folder / seed.format);
    write(folder / seed.format / seed.name, seed.bytes);
  }
  return EXIT_SUCCESS;
}

}  // namespace

int main(int argc, char** argv) {
  const std::vector<std::string> words(argv + 1, argv + argc);
  if (words.size() == 2 && words[0] == "--write-seeds") {
    return write_seeds(words[1]);
  }
  if (words.size() != 2 && words.size() != 3) {
    fmt::print("usage: {} FINDINGS SECONDS [FORMAT], or --write-seeds FOLDER\n", argv[0]);
    return EXIT_FAILURE;
  }
  const std::vector<Seed> seeds = all_seeds();
  bool all_well = true;
  for (const Format& format : formats()) {
    if (words.size() == 2 || words[2] == format.name) {
      all_well = runs(format, seeds, words[0], std::stod(words[1])) && all_well;
    }
  }
  return all_well ? EXIT_SUCCESS : EXIT_FAILURE;
}
