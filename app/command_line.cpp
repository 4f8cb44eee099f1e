#include "app/command_line.h"

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <atomic>
#include <csignal>
#include <map>
#include <memory>
#include <new>
#include <optional>

#include "app/analyse.h"
#include "app/convert.h"
#include "app/file_info.h"
#include "app/image_info.h"
#include "app/listmode_options.h"
#include "app/manual.h"
#include "app/plan_job.h"
#include "app/rank_reporter.h"
#include "app/ranks.h"
#include "app/resources.h"
#include "app/run_job.h"
#include "app/terminal_output.h"
#include "app/terminal_reporter.h"
#include "app/window.h"
#include "io/atomic_file.h"
#include "io/data_checks.h"
#include "io/data_file.h"
#include "io/hdf5/hdf5_exit.h"
#include "io/image_file.h"
#include "projectors/error.h"

namespace coincide::app {
namespace {

std::atomic<bool> stop_flag{false};
static_assert(std::atomic<bool>::is_always_lock_free, "a signal handler sets it");

/// The first signal asks the run to stop; it then has its usual effect again, so that a second one ends the program.
void stop_on_signals() {
  struct sigaction action {};
  action.sa_handler = [](int) { stop_flag.store(true, std::memory_order_relaxed); };
  action.sa_flags = SA_RESETHAND | SA_RESTART;
  sigaction(SIGINT, &action, nullptr);
  sigaction(SIGTERM, &action, nullptr);
  sigaction(SIGUSR1, &action, nullptr);  // mpirun passes it on, and queues send it before the time is up
  struct sigaction hangup {};
  if (sigaction(SIGHUP, nullptr, &hangup) == 0 && hangup.sa_handler != SIG_IGN) {  // nohup ignores it
    sigaction(SIGHUP, &action, nullptr);  // a terminal or connection that closes
  }
}

struct CommandLine {
  std::string window_file;
  std::string job;
  std::string info;
  std::vector<std::string> convert;  ///< from, to
  io::StirUnlistOptions unlisting;
  std::vector<std::string> analyse;  ///< images
  AnalyseOptions analysis;
  std::string new_job;
  std::vector<std::string> assignments;
  std::optional<std::string> device;
  std::optional<std::string> output;
  std::optional<std::string> threads;
  bool dry_run = false;
  bool resume = false;
  bool allow_truncated = false;
};

/// How events become a sinogram.
void declare_unlisting(CLI::App& program, CLI::Option* convert, io::StirUnlistOptions& options) {
  program.add_option("--span", options.span, "Of a sinogram (.hs): ring differences in a segment, an odd number")
      ->needs(convert);
  program.add_option("--max-ring-difference", options.farthest_ring, "Of a sinogram; all without it")->needs(convert);
  program.add_option("--view-mashing", options.view_mashing, "Of a sinogram: views in one")->needs(convert);
  program
      .add_option("--tof-mashing", options.tof_mashing,
                  "Of a sinogram: TOF bins in one, an odd number; 0, or without it: no TOF")
      ->needs(convert);
  program.add_flag("--delayeds", options.delayeds, "Of a sinogram: delayed coincidences instead of prompts")
      ->needs(convert);
}

/// Which figures an analysis is to find, and what they need.
void declare_analysis(CLI::App& program, CLI::Option* analyse, AnalyseOptions& options) {
  std::map<std::string, Figures> words;
  for (const std::string& word : figures_words()) {
    words.emplace(word, static_cast<Figures>(words.size()));
  }
  program
      .add_option("--figures", options.figures,
                  "Of images: nema-iq, spheres of a phantom; nu4-iq, rods and chambers of one; resolution, a point "
                  "source; noise, over repeated runs; calibration, what values of a uniform cylinder are to be "
                  "divided by")
      ->transform(CLI::CheckedTransformer(words))
      ->type_name("WORD")
      ->needs(analyse);
  program
      .add_option("--phantom", options.phantom,
                  "With nema-iq, nu4-iq and calibration: the phantom, if it is another than the program's own")
      ->type_name("FILE")
      ->needs(analyse);
  program.add_option("--regions", options.regions, "With noise: an image that marks regions with whole numbers")
      ->type_name("IMAGE")
      ->needs(analyse);
  program.add_option("--truth", options.truth, "With noise: an image of what would be right")
      ->type_name("IMAGE")
      ->needs(analyse);
}

/// What packages install beside the program; not in the help.
void declare_manuals(CLI::App& program) {
  const auto declare = [&program](const char* name, std::string (*text)(const CLI::App&), const char* help) {
    const auto print = [&program, text] {
      print_result(text(program));
      throw CLI::Success();
    };
    program.add_flag_callback(name, print, help)->group("");
  };
  declare("--manual", manual_page, "Print the manual page");
  declare("--completion", bash_completion, "Print the script with which bash completes the command line");
}

void declare_options(CLI::App& program, CommandLine& line) {
  program.set_version_flag("--version", "coincide " + io::program_version());
  auto* file = program.add_option("FILE", line.window_file, "A job, measured data or an image to open in the window");
  auto* batch = program.add_option("--batch", line.job, "Run a job without a window")->type_name("JOB.toml");
  auto* info =
      program.add_option("--info", line.info, "Say what a listmode file, histogram or image holds, and check it")
          ->type_name("FILE");
  auto* convert =
      program
          .add_option("--convert", line.convert, "Write an image or measured data in the format of the second's ending")
          ->type_name("IN OUT")
          ->expected(2);
  declare_unlisting(program, convert, line.unlisting);
  auto* analyse =
      program.add_option("--analyse", line.analyse, "Measure figures of merit in images of a known object, as CSV")
          ->type_name("IMAGE...")
          ->excludes(file)
          ->excludes(batch)
          ->excludes(info)
          ->excludes(convert);
  declare_analysis(program, analyse, line.analysis);
  auto* new_job = program.add_option("--new-job", line.new_job, "Write a job file with all settings and their help")
                      ->type_name("FILE");
  file->excludes(batch)->excludes(info)->excludes(new_job)->excludes(convert);
  info->excludes(batch);
  convert->excludes(batch)->excludes(info)->excludes(new_job);
  new_job->excludes(batch)->excludes(info)->excludes(analyse);
  program
      .add_option("--set", line.assignments,
                  "Change a setting of the job, or with --info and --convert say how the file is to be read; paths "
                  "count from the "
                  "working directory")
      ->type_name("key=value")
      ->take_all();
  program.add_option("--device", line.device, "Same as --set compute.device=...")->type_name("WORD")->needs(batch);
  program.add_option("--threads", line.threads, "Same as --set compute.threads=...")->type_name("N")->needs(batch);
  program.add_option("--output", line.output, "Same as --set output.folder=...")->type_name("FOLDER")->needs(batch);
  auto* dry_run = program.add_flag("--dry-run", line.dry_run, "Check the job and say what it needs, but do not run it")
                      ->needs(batch);
  program.add_flag("--resume", line.resume, "Go on where the job's last run left its checkpoints (output.checkpoint)")
      ->needs(batch)
      ->excludes(dry_run);
  program.add_flag("--allow-truncated", line.allow_truncated, "With --info: accept a file that ends too early")
      ->needs(info);
  program.footer([] { return io::settings_help() + "\nExit codes: " + exit_codes_text(); });
  declare_manuals(program);
}

io::Job load_job(const CommandLine& line) {
  io::Job job = io::load_job(line.job);
  for (const std::string& assignment : line.assignments) {
    io::set_in_job(job, assignment);
  }
  if (line.device) {
    io::set_in_job(job, "compute.device=" + *line.device);
  }
  if (line.threads) {
    io::set_in_job(job, "compute.threads=" + *line.threads);
  }
  if (line.output) {
    io::set_in_job(job, "output.folder=" + *line.output);
  }
  return job;
}

int run_batch(const CommandLine& line, recon::Communicator& ranks) {
  const io::Job job = load_job(line);
  TerminalReporter terminal(stop_flag);
  RankReporter of_ranks(terminal, ranks);
  recon::Reporter& reporter = ranks.is_alone() ? static_cast<recon::Reporter&>(terminal) : of_ranks;
  try {
    if (line.dry_run) {
      print_result(plan_text(plan_job(job, reporter)));
      return done;
    }
    return run_job(job, reporter, line.resume ? Resume::yes : Resume::no, ranks).stopped() ? stopped : done;
  } catch (Error& error) {
    error.prepend(line.job);
    throw;
  }
}

/// As the settings of [input] say.
io::ListmodeOptions info_options(const CommandLine& line) {
  io::Job job;
  for (const std::string& assignment : line.assignments) {
    io::set_in_job(job, assignment);
  }
  job.input.allow_truncated = job.input.allow_truncated || line.allow_truncated;
  return listmode_options(job);
}

int print_info(const CommandLine& line) {
  if (io::is_image(line.info)) {
    print_result(image_info_text(line.info));
    return done;
  }
  stop_on_signals();
  TerminalReporter reporter(stop_flag);
  const io::MeasuredData data = io::open_data(line.info, info_options(line));
  if (data.histogram) {
    print_result(histogram_info_text(*data.histogram));
    return done;
  }
  const io::DataSummary summary = io::check_data(*data.events, reporter);
  print_result(file_info_text(*data.events, summary));
  return summary.complete ? done : stopped;
}

int run_conversion(const CommandLine& line) {
  stop_on_signals();
  TerminalReporter reporter(stop_flag);
  const ConvertOptions options{.reading = info_options(line), .unlisting = line.unlisting};
  for (const std::string& sentence : convert(line.convert[0], line.convert[1], options, reporter)) {
    print_message(fmt::format("Warning: {}\n", sentence));
  }
  print_result(fmt::format("Written: {}\n", line.convert[1]));
  return done;
}

int write_new_job(const std::string& path) {
  std::error_code error;
  if (std::filesystem::exists(path, error)) {
    throw InputError(fmt::format("{} exists already; choose another name.", path));
  }
  io::write_text_file(path, io::job_text(io::Job{}));
  print_result(fmt::format("Written: {}. Fill in input.data, then run `coincide --batch {}`.\n", path, path));
  return done;
}

/// Of several processes all run the same job; anything else the first one does.
int run(const CommandLine& line, int argc, char** argv, recon::Communicator& ranks) {
  if (!line.job.empty() && !(line.dry_run && !ranks.is_first())) {
    stop_on_signals();
    return run_batch(line, ranks);
  }
  if (!ranks.is_first()) {
    return done;
  }
  if (!line.info.empty()) {
    return print_info(line);
  }
  if (!line.convert.empty()) {
    return run_conversion(line);
  }
  if (!line.analyse.empty()) {
    print_result(analyse(line.analyse, line.analysis));
    return done;
  }
  if (!line.new_job.empty()) {
    return write_new_job(line.new_job);
  }
  return run_window(argc, argv, line.window_file);
}

}  // namespace

int fail(ExitCode code, const char* sentence) {
  print_message(fmt::format("coincide: {}\n", sentence));
  return code;
}

int run_command_line(int argc, char** argv) {
  survive_closed_streams();
  use_own_fonts();
  io::forgo_hdf5_at_exit();
  CommandLine line;
  std::unique_ptr<recon::Communicator> ranks;
  const auto fail_of_all = [&ranks](ExitCode code, const std::string& sentence) {
    return ranks && !ranks->give_up() ? done : fail(code, sentence.c_str());
  };
  CLI::App program("PET reconstruction from listmode data.", "coincide");
  declare_options(program, line);
  try {
    ranks = join_ranks([] { return stop_flag.load(std::memory_order_relaxed); });
    program.parse(argc, argv);
    if (!line.assignments.empty() && line.job.empty() && line.info.empty() && line.convert.empty()) {
      throw CLI::RequiresError("--set", "--batch, --info or --convert");
    }
    const int code = run(line, argc, argv, ranks ? *ranks : recon::no_others());
    if (ranks) {
      static_cast<void>(ranks->any(false));  // what the first one may fail in ends all
    }
    return code;
  } catch (const recon::OtherFailed&) {
    return done;  // it says why
  } catch (const CLI::Success& request) {
    return ranks && !ranks->is_first() ? done : program.exit(request);  // prints the help or the version
  } catch (const CLI::ParseError& error) {
    return fail_of_all(bad_job, fmt::format("{} (`coincide --help` lists the options)", error.what()));
  } catch (const InputError& error) {
    return fail_of_all(bad_job, error.what());
  } catch (const FileError& error) {
    return fail_of_all(bad_file, error.what());
  } catch (const DeviceError& error) {
    return fail_of_all(no_device_or_memory, error.what());
  } catch (const std::bad_alloc&) {
    return fail_of_all(no_device_or_memory,
                       "the memory of this machine, or what the process may have of it, is not enough.");
  } catch (const std::filesystem::filesystem_error& error) {
    return fail_of_all(bad_file,
                       fmt::format("cannot use the path {}: {}.", error.path1().string(), error.code().message()));
  } catch (const std::exception& error) {
    return fail_of_all(other_failure, error.what());
  }
}

}  // namespace coincide::app
