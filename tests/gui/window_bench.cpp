// How quick the window is: coincide_window_bench prints times in ms for start, slices and 3-D view, and the longest
// time that the window did not answer while it reconstructed on all cores: in the first two windows of a machine, where
// the OpenGL driver compiles what it keeps from then on (some of it only at the second time), and in any later one.
// Under a display, or `xvfb-run -a -s "-screen 0 1280x800x24" coincide_window_bench`.

#include <fmt/format.h>
#include <sys/resource.h>

#include <QApplication>
#include <QElapsedTimer>
#include <QEventLoop>
#include <QProcess>
#include <QSettings>
#include <QTemporaryDir>
#include <QTimer>
#include <algorithm>
#include <functional>
#include <random>
#include <string_view>

#include "app/window_services.h"
#include "gui/panels/main_window.h"
#include "gui/panels/run_panel.h"
#include "gui/viewer/image_viewer.h"
#include "gui/viewer/opengl.h"
#include "gui/viewer/scene_view.h"
#include "support/home_of_its_own.h"

using namespace coincide;
using namespace coincide::gui;

namespace {

double memory_mb() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  return static_cast<double>(usage.ru_maxrss) / 1024;
}

/// Runs the event loop, which sleeps when nothing happens, until the condition holds or the time is over.
void wait_for(const std::function<bool()>& condition, int milliseconds) {
  QEventLoop loop;
  QTimer poll;
  QObject::connect(&poll, &QTimer::timeout, &loop, [&] {
    if (condition()) {
      loop.quit();
    }
  });
  poll.start(1);
  QTimer::singleShot(milliseconds, &loop, &QEventLoop::quit);
  loop.exec();
}

void rest(int milliseconds) {
  wait_for([] { return false; }, milliseconds);
}

struct Times {
  std::vector<double> ms;
  std::string text() {
    std::ranges::sort(ms);
    return ms.empty()
               ? "none"
               : fmt::format("median {:.1f}, longest {:.1f} ms ({} times)", ms[ms.size() / 2], ms.back(), ms.size());
  }
};

/// A warm, noisy ellipsoid with hot spots.
std::shared_ptr<const recon::Image> phantom(const std::array<std::int64_t, 3>& shape) {
  auto image = std::make_shared<recon::Image>(recon::centred_grid(shape, {2, 2, 2}, {0, 0, 0}), 0.0F, "Bq/mL");
  std::minstd_rand random(1);
  for (std::int64_t i = 0; i < shape[0]; ++i) {
    for (std::int64_t j = 0; j < shape[1]; ++j) {
      const double x = 2.5 * static_cast<double>(2 * i - shape[0]) / static_cast<double>(shape[0]);
      const double y = 3.5 * static_cast<double>(2 * j - shape[1]) / static_cast<double>(shape[1]);
      if (x * x + y * y > 1) {
        continue;
      }
      for (std::int64_t k = 0; k < shape[2]; ++k) {
        const bool is_hot = (i / 12 + j / 12 + k / 12) % 29 == 0;
        image->at(i, j, k) = (is_hot ? 8.0F : 1.0F) + static_cast<float>(random() % 1000) / 2000.0F;
      }
    }
  }
  return image;
}

void measure_views(const std::array<std::int64_t, 3>& shape) {
  ViewState view;
  SceneState scene;
  ImageViewer viewer(view, scene);
  viewer.resize(900, 700);
  viewer.show();
  const auto image = phantom(shape);
  auto* picture = viewer.findChild<SceneView*>();
  int rendered = 0;
  QObject::connect(picture, &SceneView::rendered, &viewer, [&rendered] { ++rendered; });
  QElapsedTimer clock;
  clock.start();
  view.set_image(image);
  const double set_ms = 1e-6 * static_cast<double>(clock.nsecsElapsed());
  rest(3000);  // the volume is made, shaders are compiled

  Times slices;
  for (int step = 0; step < 60; ++step) {
    const int before = rendered;
    clock.start();
    view.move_cursor(2, step % 40 < 20 ? 1 : -1);
    wait_for([&] { return rendered > before || !opengl_problem().isEmpty(); }, 1000);
    QCoreApplication::processEvents();
    slices.ms.push_back(1e-6 * static_cast<double>(clock.nsecsElapsed()));
  }
  Times turns;
  if (opengl_problem().isEmpty()) {
    picture->set_turning(true);
    clock.start();
    int before = rendered;
    for (int frame = 0; frame < 60; ++frame) {
      wait_for([&] { return rendered > before; }, 2000);
      before = rendered;
      turns.ms.push_back(1e-6 * static_cast<double>(clock.nsecsElapsed()));
      clock.start();
    }
  }
  fmt::print("{} x {} x {}\n  a new image       {:.1f} ms until the call returns\n", shape[0], shape[1], shape[2],
             set_ms);
  fmt::print("  next slice        {} (slices and 3-D view drawn)\n  3-D view, turning {} between pictures\n",
             slices.text(), turns.text());
  fmt::print("  memory            {:.0f} MB at most so far\n", memory_mb());
}

/// Runs a job to its end; the longest times between two turns of the event loop.
void measure_run(MainWindow& window, const QString& job, const char* what) {
  struct Gap {
    double ms, at_s;
  };
  std::vector<Gap> gaps;
  QElapsedTimer clock;
  QElapsedTimer since_start;
  since_start.start();
  QTimer heart;
  QObject::connect(&heart, &QTimer::timeout, &window, [&] {
    gaps.push_back(
        {1e-6 * static_cast<double>(clock.nsecsElapsed()), 1e-3 * static_cast<double>(since_start.elapsed())});
    clock.start();
  });
  const auto* runs = window.findChild<RunPanel*>();
  const std::shared_ptr<const Run> before = runs->chosen_run();
  clock.start();
  heart.start(1);
  if (job.isEmpty()) {
    window.try_phantom();
  } else {
    window.open_file(job);
    window.findChild<QAction*>("run")->trigger();
  }
  wait_for([&] { return runs->chosen_run() != before && runs->chosen_run() && runs->chosen_run()->is_over(); }, 600000);
  rest(1000);
  heart.stop();
  std::ranges::sort(gaps, std::greater{}, &Gap::ms);
  fmt::print("{}: {}, {:.1f} s\n  longest times without an answer:", what, run_state_name(runs->chosen_run()->state),
             runs->chosen_run()->seconds);
  for (std::size_t i = 0; i < std::min<std::size_t>(8, gaps.size()); ++i) {
    fmt::print(" {:.0f} ms (at {:.1f} s)", gaps[i].ms, gaps[i].at_s);
  }
  fmt::print("\n  memory {:.0f} MB at most so far\n", memory_mb());
}

constexpr const char* early_window = "--early-window";

constexpr const char* usage =
    "Usage: coincide_window_bench [JOB.toml]\n"
    "Prints how quick the window is, in ms: its start, slices and 3-D view, and the longest times that it did not "
    "answer\n"
    "while the built-in phantom, and the job if one is given, were reconstructed on all cores. Takes some minutes.\n"
    "Without a display: xvfb-run -a -s \"-screen 0 1280x800x24\" coincide_window_bench\n";

}  // namespace

int main(int argc, char** argv) {
  const std::string_view argument = argc > 1 ? argv[1] : "";
  const bool is_early_window = argument == early_window;
  if (argument.starts_with('-') && !is_early_window) {  // before a display is needed
    const bool wants_help = argument == "--help" || argument == "-h";
    fmt::print(wants_help ? stdout : stderr, "{}", usage);
    return wants_help ? 0 : 2;
  }
  std::setvbuf(stdout, nullptr, _IOLBF, 0);
  const QTemporaryDir kept_by_driver;
  if (!is_early_window) {
    qputenv("MESA_SHADER_CACHE_DIR", kept_by_driver.path().toLocal8Bit());
    for (const char* which : {"first", "second"}) {
      fmt::print("the {} window of a machine\n", which);
      if (QProcess::execute("/proc/self/exe", {early_window}) != 0) {
        return 1;
      }
    }
    fmt::print("later windows\n");
  }
  QElapsedTimer clock;
  clock.start();
  const coincide::tests::HomeOfItsOwn home;
  prepare_opengl();
  QApplication application(argc, argv);
  QApplication::setOrganizationName("Coincide");
  QApplication::setApplicationName("Coincide bench");
  QSettings().clear();
  auto window = std::make_unique<MainWindow>(app::make_window_services());
  window->show();
  QCoreApplication::processEvents();
  fmt::print("start to a window that answers: {} ms\n", clock.elapsed());
  rest(500);
  measure_run(*window, {}, "built-in phantom, from the first click");
  if (is_early_window) {
    return 0;
  }
  if (argc > 1) {
    measure_run(*window, argv[1], argv[1]);
  }
  window.reset();
  measure_views({200, 200, 71});
  measure_views({440, 440, 645});
}
