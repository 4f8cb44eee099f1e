// Result files under construction: whole or not there, whatever the system refuses, and what a killed process leaves.

#include <fmt/format.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <QTemporaryDir>
#include <QtTest>
#include <algorithm>
#include <cmath>
#include <csignal>
#include <filesystem>
#include <fstream>
#include <functional>
#include <map>
#include <random>

#include "io/atomic_file.h"
#include "io/hdf5/hdf5_exit.h"
#include "io/image_file.h"
#include "projectors/error.h"
#include "recon/image.h"
#include "support/test_main.h"

using namespace coincide;
namespace fs = std::filesystem;

namespace {

/// A lower limit of the process while it lives.
class Limit {
 public:
  Limit(int of, rlim_t value) : of_(of) {
    getrlimit(of_, &before_);
    const rlimit now{value, before_.rlim_max};
    setrlimit(of_, &now);
  }
  Limit(const Limit&) = delete;
  ~Limit() { setrlimit(of_, &before_); }

 private:
  int of_;
  rlimit before_{};
};

/// The number of a process that has ended.
pid_t gone() {
  const pid_t child = fork();
  if (child == 0) {
    _exit(0);
  }
  waitpid(child, nullptr, 0);
  return child;
}

std::string refusal(const std::function<void()>& write) {
  try {
    write();
  } catch (const FileError& error) {
    return error.what();
  }
  return "";
}

recon::Image image() {
  recon::Image made(recon::centred_grid({40, 40, 40}, {1, 1, 1}, {0, 0, 0}), 1);
  std::mt19937 random(1);
  std::ranges::generate(made.values,
                        [&] { return std::uniform_real_distribution<float>(0, 1)(random); });  // not packed
  made.unit = "Bq/mL";
  return made;
}

}  // namespace

class AtomicFileTest : public QObject {
  Q_OBJECT

 private slots:
  void initTestCase() {
    std::signal(SIGXFSZ, SIG_IGN);
    io::forgo_hdf5_at_exit();
  }

  void what_is_not_finished_is_not_there() {
    io::write_text_file(path("text"), "before");
    {
      const io::AtomicFile file(path("text"));
      std::ofstream(file.temporary_path()) << "half";
    }
    QCOMPARE(names(), QStringList{"text"});
    QCOMPARE(content(path("text")), QByteArray("before"));
    fs::remove(path("text"));
  }

  void a_folder_takes_the_place_of_another() {
    for (const char* file : {"first", "second"}) {
      io::AtomicFile folder(path("series"));
      fs::create_directory(folder.temporary_path());
      std::ofstream(folder.temporary_path() / file) << file;
      folder.commit();
    }
    QCOMPARE(names(), QStringList{"series"});
    QVERIFY(fs::exists(path("series") / "second") && !fs::exists(path("series") / "first"));
    fs::remove_all(path("series"));
  }

  void what_a_killed_process_left_is_removed() {
    const auto part = [this](const char* name, pid_t process) {
      return path(fmt::format(".{}.{}.part", name, process));
    };
    std::ofstream(part("scan.nii", gone())) << "half";
    std::ofstream(part("scan.json", getpid())) << "of a process that had this number";
    fs::create_directory(part("scan.dicom", gone()));
    std::ofstream(part("scan.dicom", gone())).close();
    std::ofstream(part("scan.png", getppid())) << "of a process that lives";
    std::ofstream(part("other.nii", gone())) << "of another result";
    io::write_text_file(path("scan.nii"), "whole");
    io::remove_abandoned(path(""), [](const std::string& name) { return name.starts_with("scan."); });
    QCOMPARE(names().size(), 3);
    QVERIFY(fs::exists(path("scan.nii")) && fs::exists(part("scan.png", getppid())));
    io::remove_abandoned("/no such folder", [](const std::string&) { return true; });
    for (const auto& entry : fs::directory_iterator(path(""))) {
      fs::remove(entry);
    }
  }

  void the_reason_is_told() {
    const std::string text(100'000, 'x');
    const auto write = [&] { io::write_text_file(path("text"), text); };
    QVERIFY(tells(refusal([&] { io::write_text_file(path("nowhere") / "text", text); }), "the folder is missing"));
    QVERIFY(tells(refusal([&] { io::write_text_file("/proc/text", text); }), "Cannot write /proc/text: "));
    {
      const Limit files(RLIMIT_NOFILE, 3);
      QVERIFY(tells(refusal(write), "too many files are open"));
    }
    {
      const Limit largest(RLIMIT_FSIZE, 5000);
      QVERIFY(tells(refusal(write), "a file must not be so large"));
    }
    QVERIFY(names().isEmpty());
    QCOMPARE(refusal(write), std::string());
    fs::remove(path("text"));
  }

  /// In every format, at several sizes; the library behind one must not be spoilt for the next file.
  void an_image_is_whole_or_refused() {
    for (const std::string& format : io::image_suffixes()) {
      const auto write = [&] { io::write_image(path("image." + format), image()); };
      for (const rlim_t bytes : {0, 600, 5000, 50'000}) {
        const Limit largest(RLIMIT_FSIZE, bytes);
        const std::string why = refusal(write);
        if (format != "dicom" || bytes < 5000) {  // whose files are small
          QVERIFY2(tells(why, "a file must not be so large"), fmt::format("{}: {}", format, why).c_str());
        }
      }
      QCOMPARE(refusal(write), std::string());
      const bool is_same =
          std::ranges::equal(io::read_image(path("image." + format)).values, image().values,
                             [](float a, float b) { return std::abs(a - b) < 5e-5F; });  // DICOM rounds
      QVERIFY2(is_same, format.c_str());
      QVERIFY2(names().filter("part").isEmpty(), format.c_str());
    }
  }

  /// The first of its files, at the beginning or in the middle of the voxels.
  void a_series_stays_whole_when_the_next_one_is_refused() {
    const fs::path series = path("series.dicom");
    io::write_image(series, image());
    const std::map<std::string, QByteArray> before = contents(series);
    QCOMPARE(before.size(), std::size_t{40});
    for (const qsizetype most : {qsizetype{100}, before.begin()->second.size() / 2}) {  // sizes vary by their UIDs
      const Limit largest(RLIMIT_FSIZE, static_cast<rlim_t>(most));
      const std::string why = refusal([&] { io::write_image(series, image()); });
      QVERIFY2(tells(why, "a file must not be so large"), why.c_str());
      QVERIFY(contents(series) == before);
      QVERIFY(names().filter("part").isEmpty());
    }
  }

  /// With one file handle left the folder can be listed, not its files looked into: nobody else's for that.
  void an_earlier_series_that_cannot_be_opened_is_told() {
    const fs::path series = path("series.dicom");
    io::write_image(series, image());
    const int next = dup(STDIN_FILENO);
    close(next);
    std::string why;
    {
      const Limit handles(RLIMIT_NOFILE, static_cast<rlim_t>(next) + 1);
      why = refusal([&] { io::write_image(series, image()); });
    }
    QVERIFY2(tells(why, "too many files are open"), why.c_str());
    io::write_image(series, image());
    std::ofstream(series / "0007.dcm") << "of somebody else";
    why = refusal([&] { io::write_image(series, image()); });
    QVERIFY2(tells(why, "holds other files already (0007.dcm)"), why.c_str());
  }

 private:
  fs::path path(const std::string& name) const { return fs::path(folder_.path().toStdString()) / name; }
  QStringList names() const {
    return QDir(folder_.path()).entryList(QDir::AllEntries | QDir::Hidden | QDir::NoDotAndDotDot);
  }
  static std::map<std::string, QByteArray> contents(const fs::path& folder) {
    std::map<std::string, QByteArray> found;
    for (const auto& entry : fs::directory_iterator(folder)) {
      found[entry.path().filename().string()] = content(entry.path());
    }
    return found;
  }
  static QByteArray content(const fs::path& file) {
    QFile read(QString::fromStdString(file.string()));
    return read.open(QIODevice::ReadOnly) ? read.readAll() : QByteArray();
  }
  static bool tells(const std::string& sentence, const char* words) {
    return sentence.find(words) != std::string::npos;
  }

  QTemporaryDir folder_;
};

COINCIDE_TEST_CLASS(AtomicFileTest)
#include "atomic_file_test.moc"
