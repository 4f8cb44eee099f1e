// What is no file is refused at once by whatever reads files: nothing waits for a pipe or for the system.

#include <fcntl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <QTemporaryDir>
#include <QtTest>
#include <filesystem>
#include <fstream>

#include "io/atomic_file.h"
#include "io/checkpoint_file.h"
#include "io/data_file.h"
#include "io/image_file.h"
#include "io/input_file.h"
#include "io/job.h"
#include "io/provenance.h"
#include "io/scatter_file.h"
#include "projectors/error.h"
#include "support/test_main.h"

namespace coincide::tests {
namespace {

namespace fs = std::filesystem;

bool says(const std::string& words, const std::function<void()>& read) {
  try {
    read();
  } catch (const Error& error) {
    return std::string(error.what()).find(words) != std::string::npos;
  }
  return false;
}

class InputFileTest : public QObject {
  Q_OBJECT

 private slots:
  void init() { folder_ = std::make_unique<QTemporaryDir>(); }

  void a_file_can_be_read() {
    QCOMPARE(io::why_no_input_file(written("a")), "");
    QCOMPARE(io::read_first_bytes(written("abc"), 2), "ab");
    fs::create_symlink(written("abc"), path("link"));
    QCOMPARE(io::read_text_file(path("link")), "abc");
  }

  void other_things_are_named() {
    QCOMPARE(io::why_no_input_file(path("nothing")), "there is no such file");
    QCOMPARE(io::why_no_input_file(path("")), "it is a folder");
    QCOMPARE(io::why_no_input_file(pipe()), "it is a pipe, not a file, and would have to be read twice");
    QCOMPARE(io::why_no_input_file(written("")), "it is empty");
    QCOMPARE(io::why_no_input_file("/dev/zero"), "it is a device, not a file");
    fs::create_symlink("loop", path("loop"));
    QVERIFY(!io::why_no_input_file(path("loop")).empty());
    const int listening = socket(AF_UNIX, SOCK_STREAM, 0);
    sockaddr_un address{.sun_family = AF_UNIX, .sun_path = {}};
    path("socket").string().copy(address.sun_path, sizeof(address.sun_path) - 1);
    QCOMPARE(bind(listening, reinterpret_cast<const sockaddr*>(&address), sizeof(address)), 0);
    QVERIFY(!io::why_no_input_file(path("socket")).empty());
    close(listening);
  }

  /// What the system shows of itself: /proc/kmsg would be waited for.
  void files_of_the_system_are_empty() {
    for (const char* file : {"/proc/self/environ", "/proc/kmsg"}) {
      if (fs::exists(file)) {
        QCOMPARE(io::why_no_input_file(file), "it is empty");
        QVERIFY(!io::is_image(file));
        QVERIFY(says("it is empty", [file] { io::open_data(file); }));
        QVERIFY(says("it is empty", [file] { io::load_job(file); }));
      }
    }
  }

  void no_reader_waits_for_a_pipe() {
    const fs::path file = pipe();
    QVERIFY(says("it is a pipe", [&] { io::open_data(file); }));
    QVERIFY(says("it is a pipe", [&] { io::read_image(file); }));
    QVERIFY(says("it is a pipe", [&] { io::read_checkpoint(file); }));
    QVERIFY(says("it is a pipe", [&] { io::read_scatter(file); }));
    QVERIFY(says("no record", [&] { io::read_provenance(file); }));
    QVERIFY(io::recorded_outputs(file).empty());
    QVERIFY(!io::records_simulation(file));
  }

  void a_result_takes_the_place_of_a_pipe() {
    io::write_text_file(pipe(), "text");
    QCOMPARE(io::read_text_file(path("pipe.nii")), "text");
  }

 private:
  fs::path path(const std::string& name) const { return fs::path(folder_->path().toStdString()) / name; }
  fs::path written(const std::string& text) const {
    std::ofstream(path("file")) << text;
    return path("file");
  }
  /// That nobody writes to.
  fs::path pipe() const {
    mkfifo(path("pipe.nii").c_str(), 0600);
    return path("pipe.nii");
  }

  std::unique_ptr<QTemporaryDir> folder_;
};

COINCIDE_TEST_CLASS(InputFileTest)

}  // namespace
}  // namespace coincide::tests

#include "input_file_test.moc"
