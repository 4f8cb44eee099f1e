#include "app/manual.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <CLI/CLI.hpp>
#include <string_view>
#include <vector>

#include "app/analyse.h"
#include "io/job.h"
#include "io/provenance.h"

namespace coincide::app {
namespace {

/// Roff takes a backslash for an escape, a hyphen for a hyphen, and a dot or quote that begins a line for a request.
std::string roff(std::string_view text) {
  std::string out;
  for (const char c : text) {
    const bool begins_line = out.empty() || out.back() == '\n';
    out += begins_line && (c == '.' || c == '\'') ? "\\&" : "";
    out += c == '\\' ? "\\e" : c == '-' ? "\\-" : std::string(1, c);
  }
  return out;
}

/// "--batch JOB.toml"; a colon in the type begins what it is checked for.
std::string title_of(const CLI::Option& option) {
  const std::string full_type = option.get_type_size() == 0 ? "" : option.get_type_name();
  const std::string type = full_type.substr(0, full_type.find(':'));
  return option.get_name() + (type.empty() || option.get_positional() ? "" : " " + type);
}

/// Those that the help shows.
std::vector<const CLI::Option*> options_of(const CLI::App& program) {
  return program.get_options([](const CLI::Option* option) { return !option->get_group().empty(); });
}

std::string options_section(const CLI::App& program) {
  std::string text = ".SH OPTIONS\n";
  for (const CLI::Option* option : options_of(program)) {
    text += fmt::format(".TP\n.B {}\n{}.\n", roff(title_of(*option)), roff(option->get_description()));
  }
  return text;
}

std::string settings_section() {
  std::string text = ".SH SETTINGS\nOf a job file (TOML), and of \\-\\-set key=value.\n";
  io::Job defaults;
  for (const io::Setting& setting : io::describe(defaults)) {
    const std::string unit = setting.unit.empty() ? "" : " " + setting.unit;
    text += fmt::format(".TP\n.B {} \\fR(default {}{})\n{} {}.\n", roff(setting.key), roff(io::value_text(setting)),
                        roff(unit), roff(setting.help), roff("Allowed: " + io::allowed_text(setting)));
  }
  return text;
}

std::vector<std::string> option_words(const CLI::App& program) {
  std::vector<std::string> words;
  for (const CLI::Option* option : options_of(program)) {
    for (const std::string& name : option->get_lnames()) {
      words.push_back("--" + name);
    }
  }
  return words;
}

}  // namespace

std::string exit_codes_text() {
  return "0 done, 2 bad command line or job, 3 a file cannot be read or written,\n"
         "4 device, display or memory, 5 stopped by the user with what was done kept, 1 anything else.";
}

std::string manual_page(const CLI::App& program) {
  return fmt::format(
             ".TH COINCIDE 1 \"\" \"coincide {}\"\n.SH NAME\ncoincide \\- PET image reconstruction\n"
             ".SH SYNOPSIS\n.B coincide\n[FILE]\n.br\n.B coincide \\-\\-batch\nJOB.toml [options]\n"
             ".SH DESCRIPTION\n"
             "Reconstructs images from listmode data and sinograms of positron emission tomography, in a window or, "
             "with "
             "\\-\\-batch, without a display. \\-\\-new\\-job writes a job with all settings.\n",
             io::program_version()) +
         options_section(program) + settings_section() + ".SH EXIT STATUS\n" + roff(exit_codes_text()) + "\n";
}

std::string bash_completion(const CLI::App& program) {
  std::vector<std::string> keys;
  std::string cases;
  io::Job defaults;
  for (const io::Setting& setting : io::describe(defaults)) {
    keys.push_back(setting.key + "=");
    std::vector<std::string> words = setting.words;
    if (std::holds_alternative<bool*>(setting.field)) {
      words = {"true", "false"};
    }
    if (!words.empty()) {
      cases += fmt::format("    {}) words='{}' ;;\n", setting.key, fmt::join(words, " "));
    }
  }
  // Bash takes the = of --set key=word for a word of its own.
  return fmt::format(R"(# Written by coincide --completion.
_coincide() {{
  local current=${{COMP_WORDS[COMP_CWORD]}} before=${{COMP_WORDS[COMP_CWORD - 1]}} key= words=
  if [[ $current == = ]]; then key=$before current=; elif [[ $before == = ]]; then key=${{COMP_WORDS[COMP_CWORD - 2]}}; fi
  case $key in
{}  esac
  if [[ -z $key && $before == --set ]]; then
    words='{}'
    compopt -o nospace
  elif [[ $before == --figures ]]; then
    words='{}'
  elif [[ $current == -* ]]; then
    words='{}'
  fi
  if [[ -n $words ]]; then
    mapfile -t COMPREPLY < <(compgen -W "$words" -- "$current")
  else
    compopt -o filenames
    mapfile -t COMPREPLY < <(compgen -f -- "$current")
  fi
}}
complete -F _coincide coincide
)",
                     cases, fmt::join(keys, " "), fmt::join(figures_words(), " "),
                     fmt::join(option_words(program), " "));
}

}  // namespace coincide::app
