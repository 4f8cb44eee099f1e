// Jobs whose frames end in Patlak's K and V, from the events to the files.

#include <fmt/format.h>

#include <QtTest>
#include <cmath>
#include <fstream>
#include <numbers>

#include "app/job_setup.h"
#include "app/plan_job.h"
#include "app/run_job.h"
#include "cylinder_study.h"
#include "io/image_file.h"
#include "io/listmode_file.h"
#include "io/petsird_writer.h"
#include "projectors/error.h"
#include "support/test_main.h"

using namespace coincide;
using namespace coincide::tests;

namespace {

constexpr std::size_t num_frames = 8;
constexpr double k_per_min = 0.02, v = 0.4, half_life_s = 6586.2, injection_s = -600, last_s = 9000;
const double lambda = std::numbers::ln2 / half_life_s;

/// Bq/mL at a time since the injection, corrected for decay to it.
double plasma(double t) { return 40 * std::exp(-t / 600) + 8; }
double tissue(double t) { return k_per_min / 60 * (24000 * (1 - std::exp(-t / 600)) + 8 * t) + v * plasma(t); }

}  // namespace

class PatlakJobTest : public QObject, private CylinderStudy {
  Q_OBJECT

 public:
  PatlakJobTest() : CylinderStudy(num_frames) {}

 private:
  std::vector<std::uint32_t> edges_ms_;

  fs::path curve(const char* name, double zero_s, bool corrected) const {
    std::string table = "time_s,activity\n";
    for (int step = 0; 10 * step <= last_s; ++step) {
      const double t = 10 * step;
      const double decay = corrected ? 1 : std::exp(-lambda * t);
      table += fmt::format("{},{:.9g}\n", t + injection_s - zero_s, 1e-3 * decay * plasma(t));
    }
    return write_text(name, table);
  }

  io::Job uptake(const char* name, const char* data) const {
    io::Job frames = job(name);
    frames.input.data = path(data);
    frames.input.start_s = 600;
    frames.input.injection = fmt::format("{}", injection_s);
    frames.frames.durations = durations_of(edges_ms_);
    frames.quantification.half_life_s = half_life_s;
    frames.kinetics = {.blood = path("from_scan.csv"),
                       .blood_unit = "kBq/mL",
                       .blood_decay = io::BloodDecay::as_measured,
                       .blood_zero = io::TableZero::scan,
                       .t_star_s = 1200};
    return frames;
  }

  io::Job direct(const char* name, const char* data) const {
    io::Job frames = uptake(name, data);
    frames.kinetics.method = io::KineticMethod::direct;
    return frames;
  }

  recon::Image map(const std::string& name) const { return io::read_image(path("results/" + name + ".nii.gz")); }
  double mean(const std::string& name) const { return mean_in(mask(), map(name).values); }
  /// Of the region's voxels, by the mean.
  double noise(const std::string& name) const {
    const recon::Image region = mask();
    std::vector<float> squares = map(name).values;
    const double of_mean = mean_in(region, squares);
    for (float& value : squares) {
      value *= value;
    }
    return std::sqrt(mean_in(region, squares) / of_mean / of_mean - 1);
  }

 private slots:
  /// Time blocks whose lengths make the activity that of Patlak's model, decaying as measured.
  void initTestCase() {
    simulate();
    // Decay counts from the injection, as everything does in the model.
    edges_ms_ = edges_of([&](double t) { return std::exp(lambda * injection_s) * tissue(t - injection_s); }, lambda,
                         600, region_bq_per_ml_ * block_s, num_frames * blocks_in_frame);
    QVERIFY(1e-3 * edges_ms_.back() - injection_s < last_s);
    write_at(edges_ms_, path("again.petsird"));
    write_at(edges_ms_, path("uptake.petsird"), num_frames * blocks_in_frame);
    curve("from_scan.csv", 0, false);
  }

  /// The table counts from both zeros and is corrected or not: one K.
  void k_and_v_are_found() {
    io::Job frames = uptake("again", "again.petsird");
    const app::RunResult result = app::run_job(frames, silent_);
    // Events that come again and again are no Poisson numbers.
    QVERIFY(std::ranges::all_of(result.provenance.warnings, [](const std::string& warning) {
      return warning.find("crystals differ from their neighbours") != std::string::npos;
    }));
    const double k = mean("again_patlak_K");
    QVERIFY2(std::abs(k / k_per_min - 1) < 0.005, qPrintable(QString::number(k)));
    QVERIFY2(std::abs(mean("again_patlak_V") / v - 1) < 0.005, qPrintable(QString::number(mean("again_patlak_V"))));
    QCOMPARE(map("again_patlak_K").unit, std::string("1/min"));
    QCOMPARE(result.provenance.kinetics.front().first, std::string("model"));

    frames.output.name = "from_injection";
    frames.kinetics.blood = curve("from_injection.csv", injection_s, true);
    frames.kinetics.blood_decay = io::BloodDecay::to_injection;
    frames.kinetics.blood_zero = io::TableZero::injection;
    app::run_job(frames, silent_);
    QVERIFY(std::abs(mean("from_injection_patlak_K") / k - 1) < 1e-5);
    // Read from the wrong zero it begins too late.
    frames.kinetics.blood_zero = io::TableZero::scan;
    QVERIFY_THROWS_EXCEPTION(InputError, app::prepare_job(frames));
  }

  /// Frames of the same events obey the model to the last count: from their images on, the direct reconstruction does
  /// what as many passes more do to each.
  void direct_goes_on_as_the_frames_would() {
    const app::RunResult result = app::run_job(direct("direct", "again.petsird"), silent_);
    io::Job twice = uptake("twice", "again.petsird");
    twice.stop.passes *= 2;
    app::run_job(twice, silent_);
    for (const char* what : {"K", "V"}) {
      const double found = mean(fmt::format("direct_patlak_{}", what));
      const double expected = mean(fmt::format("twice_patlak_{}", what));
      QVERIFY2(std::abs(found / expected - 1) < 1e-4, qPrintable(QString("%1 %2").arg(found).arg(expected)));
    }
    const auto& kinetics = result.provenance.kinetics;
    QVERIFY(kinetics.front().second.find("nested EM") != std::string::npos);
    QCOMPARE(kinetics.back().first, std::string("log-likelihood after each iteration"));
    QCOMPARE(std::ranges::count(kinetics.back().second, ','), 1);
    QCOMPARE(map("direct_patlak_K").unit, std::string("1/min"));
    // The frames' own images are as ever.
    io::Job frames = uptake("indirect", "again.petsird");
    QCOMPARE(app::run_job(frames, silent_).series.frames.back().values, result.series.frames.back().values);
  }

  /// Frames of their own events: the model that all of them share leaves less room for noise.
  void direct_has_less_noise() {
    io::Job indirect = uptake("noisy", "uptake.petsird");
    indirect.stop.passes = 8;
    app::run_job(indirect, silent_);
    io::Job at_once = direct("less", "uptake.petsird");
    at_once.stop.passes = 4;
    app::run_job(at_once, silent_);
    for (const char* what : {"K", "V"}) {
      const double less = noise(fmt::format("less_patlak_{}", what)),
                   more = noise(fmt::format("noisy_patlak_{}", what));
      qInfo("%s: mean %.4f, varies by %.2f; from the frames' images %.4f, by %.2f", what,
            mean(fmt::format("less_patlak_{}", what)), less, mean(fmt::format("noisy_patlak_{}", what)), more);
      QVERIFY2(less < 0.7 * more, qPrintable(QString("%1: %2 and %3").arg(what).arg(less).arg(more)));
    }
    QVERIFY2(std::abs(mean("less_patlak_K") / k_per_min - 1) < 0.03,
             qPrintable(QString::number(mean("less_patlak_K"))));
  }

  void a_stop_keeps_frames_and_passes() {
    Listener second("Patlak's K and V, iteration 2");
    const app::RunResult result = app::run_job(direct("stopped", "again.petsird"), second);
    QVERIFY(result.stopped());
    QVERIFY(says(second.warnings, "Stopped after 1 of 2 iterations of Patlak's K and V; the frames are finished"));
    QCOMPARE(result.series.frames.size(), num_frames);
    QCOMPARE(std::ranges::count(result.provenance.kinetics.back().second, ','), 0);
    QVERIFY(std::ranges::is_sorted(second.progresses));

    Listener first("Patlak's K and V, iteration 1");
    QVERIFY(app::run_job(direct("stopped_at_once", "again.petsird"), first).stopped());
    QVERIFY(fs::exists(path("results/stopped_at_once.nii.gz")));
    QVERIFY(!fs::exists(path("results/stopped_at_once_patlak_K.nii.gz")));
  }

  /// To the same bits, from the last whole pass; other terms of the model make K and V anew, not the frames.
  void a_stopped_run_is_resumed() {
    io::Job job = direct("whole", "again.petsird");
    job.stop.passes = 3;
    const app::RunResult whole = app::run_job(job, silent_);
    job.output.name = "resumed";
    job.output.checkpoint = 1;
    Listener stopped("Patlak's K and V, iteration 3");
    QVERIFY(app::run_job(job, stopped).stopped());
    QVERIFY(fs::exists(path("results/resumed_patlak.checkpoint")));

    Listener resumed;
    const app::RunResult result = app::run_job(job, resumed, app::Resume::yes);
    QVERIFY(!result.stopped());
    QVERIFY(says(resumed.notes, "K and V are resumed after iteration 2"));
    QCOMPARE(map("resumed_patlak_K").values, map("whole_patlak_K").values);
    QCOMPARE(map("resumed_patlak_V").values, map("whole_patlak_V").values);
    QCOMPARE(result.provenance.kinetics, whole.provenance.kinetics);
    QVERIFY(std::ranges::count(result.provenance.outputs, "resumed_patlak.checkpoint") == 1);

    Listener again;
    app::run_job(job, again, app::Resume::yes);
    QVERIFY(says(again.notes, "K and V are resumed after iteration 3"));
    QCOMPARE(map("resumed_patlak_K").values, map("whole_patlak_K").values);

    job.kinetics.t_star_s = 1500;
    Listener other;
    QVERIFY(!app::run_job(job, other, app::Resume::yes).stopped());
    QVERIFY(says(other.notes, "K and V begin anew"));
    job.output.name = "anew";
    job.output.checkpoint = 0;
    app::run_job(job, silent_);
    QCOMPARE(map("resumed_patlak_K").values, map("anew_patlak_K").values);
    QVERIFY(map("anew_patlak_K").values != map("whole_patlak_K").values);
  }

  /// Its frames stay in memory, and it takes as many passes again.
  void a_plan_knows_what_direct_takes() {
    io::Job frames = uptake("planned", "uptake.petsird");
    frames.image = {.size = {100, 100, 0}, .voxel_size_mm = {1, 1, 1}};  // large beside the events
    const app::JobPlan indirect = app::plan_job(frames, silent_);
    frames.kinetics.method = io::KineticMethod::direct;
    const app::JobPlan direct = app::plan_job(frames, silent_);
    const std::uint64_t image_bytes = 4 * static_cast<std::uint64_t>(direct.grid.num_voxels());
    QVERIFY(direct.memory_bytes >= indirect.memory_bytes + 2 * num_frames * image_bytes);
    // In passes of each plan's own speed, which differs from plan to plan on a busy machine.
    const auto passes = [](const app::JobPlan& plan) {
      const double other_s =
          plan.simulation_s + plan.reading_s + plan.sensitivity_s + plan.attenuation_s + plan.scatter_s;
      return (plan.total_s - other_s) / plan.iteration_s;
    };
    QVERIFY2(passes(direct) > passes(indirect) + 1,
             qPrintable(QString("%1 and %2").arg(passes(direct)).arg(passes(indirect))));
  }

  /// A frame in which nothing was counted tells nothing of K and V, and the record does not name it.
  void empty_frames_are_left_out() {
    const auto source = io::open_listmode(path("again.petsird"));
    io::PetsirdWriter writer(path("gap.petsird"), source->scanner(), source->efficiencies());
    const auto simulated = io::open_listmode(path("results/simulated.petsird"));
    const std::vector<recon::EventBlock> blocks = blocks_of(*simulated, num_frames * blocks_in_frame);
    for (std::size_t i = 0; i + 1 < edges_ms_.size(); ++i) {
      const bool is_empty = i / blocks_in_frame == 5;
      writer.write({edges_ms_[i], edges_ms_[i + 1]}, is_empty ? recon::EventBlock() : blocks[i % blocks_in_frame]);
    }
    writer.finish();
    for (const io::KineticMethod method : {io::KineticMethod::indirect, io::KineticMethod::direct}) {
      io::Job whole = uptake("whole", "again.petsird"), gap = uptake("gap", "gap.petsird");
      whole.kinetics.method = gap.kinetics.method = method;
      app::run_job(whole, silent_);
      const auto kinetics = app::run_job(gap, silent_).provenance.kinetics;
      const auto used = std::ranges::find(kinetics, "frames", &std::pair<std::string, std::string>::first);
      QVERIFY2(used->second.find(", 5, 7, 8 of 8") != std::string::npos, used->second.c_str());
      const double ratio = mean("gap_patlak_K") / mean("whole_patlak_K");
      QVERIFY2(std::abs(ratio - 1) < 0.005, qPrintable(QString::number(ratio)));
    }
  }

  /// K from frames in a unit of their own is none in 1/min.
  void an_arbitrary_unit_is_told() {
    io::Job frames = uptake("no_unit", "again.petsird");
    Listener quiet, told;
    app::run_job(frames, quiet);
    QVERIFY(!says(quiet.warnings, "arbitrary scale"));
    frames.corrections.efficiencies = false;
    app::run_job(frames, told);
    QVERIFY(says(told.warnings, "Patlak's K and V have an arbitrary scale"));
  }

  void direct_takes_no_prior() {
    io::Job frames = direct("with_prior", "again.petsird");
    frames.prior.name = recon::PriorName::quadratic;
    frames.prior.strength = 1;
    QVERIFY_THROWS_EXCEPTION(InputError, app::prepare_job(frames));
    frames.kinetics.method = io::KineticMethod::indirect;
    app::prepare_job(frames);
  }
};

COINCIDE_TEST_CLASS(PatlakJobTest)
#include "patlak_job_test.moc"
