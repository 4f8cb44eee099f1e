// K and V straight from the events of five frames.

#include "recon/kinetics/direct_patlak.h"

#include <QtTest>
#include <cmath>
#include <deque>
#include <memory>
#include <numeric>
#include <string>
#include <vector>

#include "projectors/error.h"
#include "support/acquisition.h"
#include "support/test_main.h"

namespace coincide::tests {
namespace {

using recon::DirectPatlak;
using recon::DynamicFrame;
using recon::EngineImage;
using recon::PatlakState;
using recon::PatlakTerms;

/// Of a curve that falls: what K gathers grows, what V follows falls.
std::vector<PatlakTerms> terms_of_frames() {
  std::vector<PatlakTerms> terms;
  for (int frame = 0; frame < 5; ++frame) {
    terms.push_back({20.0 + 20 * frame, 30 * std::exp(-0.8 * frame) + 2});
  }
  return terms;
}

/// K is high in one voxel, V in another.
Image slope_image() {
  Image k(two_hot_voxels().grid, 0.02F);
  k.at(3, 4, 1) = 0.4F;
  return k;
}
Image intercept_image() {
  Image v(two_hot_voxels().grid, 0.05F);
  v.at(6, 6, 1) = 1;
  return v;
}

Image frame_truth(const PatlakTerms& terms) {
  Image image = slope_image();
  const Image v = intercept_image();
  for (std::size_t i = 0; i < image.values.size(); ++i) {
    image.values[i] = static_cast<float>(terms.integral * image.values[i] + terms.activity * v.values[i]);
  }
  return image;
}

/// A frame with 20 000 counts, and its engine.
struct Frame {
  explicit Frame(const PatlakTerms& terms)
      : acquisition(false, frame_truth(terms)),
        data(sorted(acquisition)),
        measurements(data, acquisition.source.scanner(), false),
        problem(recon::make_problem(measurements, acquisition.source.scanner(), acquisition.sensitivity, 0, 1)),
        engine(recon::make_cpu_engine(problem, 1)) {
    const double w = acquisition.truth.values[0] / frame_truth(terms).values[0];
    dynamic = {engine.get(), {w * terms.integral, w * terms.activity}};
  }
  Frame(const Frame&) = delete;

  static ListmodeData sorted(Acquisition& acquisition) {
    ListmodeData data = acquisition.load();
    data.sort_for(acquisition.truth.grid, acquisition.source.scanner(), 1, recon::Reporter());
    return data;
  }

  Acquisition acquisition;
  ListmodeData data;
  recon::ListmodeMeasurements measurements;
  recon::Problem problem;
  std::unique_ptr<recon::Engine> engine;
  DynamicFrame dynamic;
};

struct Study {
  Study() {
    for (const PatlakTerms& terms : terms_of_frames()) {
      dynamic.push_back(frames.emplace_back(terms).dynamic);
    }
  }

  std::deque<Frame> frames;
  std::vector<DynamicFrame> dynamic;
};

bool always(double) { return true; }

std::vector<float> values_of(const EngineImage& image) {
  std::vector<float> values(static_cast<std::size_t>(image.size()));
  image.download(values.data());
  return values;
}

double largest_error(const EngineImage& image, const Image& truth) {
  double largest = 0;
  const std::vector<float> values = values_of(image);
  for (std::size_t i = 0; i < values.size(); ++i) {
    largest = std::max(largest, std::abs(double{values[i]} - truth.values[i]));
  }
  return largest;
}

/// Of all frames, without what does not depend on K and V.
double log_likelihood(const Study& study, const DirectPatlak& direct, const PatlakState& state) {
  double sum = 0;
  for (std::size_t frame = 0; frame < study.dynamic.size(); ++frame) {
    recon::Engine& engine = *study.dynamic[frame].engine;
    EngineImage x = engine.make_image(), back = engine.make_image();
    direct.frame_image(frame, state, x);
    engine.back_project(0, x, back, sum, always);
    sum -= engine.dot(engine.sensitivity(), x);
  }
  return sum;
}

PatlakState after_passes(DirectPatlak& direct, int passes) {
  PatlakState state = direct.start();
  for (int pass = 0; pass < passes; ++pass) {
    double log_sum = 0;
    direct.update(0, state, log_sum, always);
  }
  return state;
}

double sum_of(const Image& image) { return std::accumulate(image.values.begin(), image.values.end(), 0.0); }

}  // namespace

class DirectPatlakTest : public QObject {
  Q_OBJECT

 private slots:
  /// Images that the model can make are met.
  void the_fit_finds_what_made_the_images() {
    const Study& study = *study_;
    const DirectPatlak direct(study.dynamic, 1000);
    PatlakState truth = direct.start(), found = direct.start();
    truth.slope.upload(slope_image().values.data());
    truth.intercept.upload(intercept_image().values.data());
    std::vector<EngineImage> images;
    for (std::size_t frame = 0; frame < study.dynamic.size(); ++frame) {
      direct.frame_image(frame, truth, images.emplace_back(study.dynamic[frame].engine->make_image()));
    }
    direct.fit(images, found);
    QVERIFY(largest_error(found.slope, slope_image()) < 1e-5);
    QVERIFY(largest_error(found.intercept, intercept_image()) < 1e-5);
  }

  void the_likelihood_never_falls() {
    const Study& study = *study_;
    DirectPatlak direct(study.dynamic, 10);
    PatlakState state = direct.start();
    double before = log_likelihood(study, direct, state);
    for (int pass = 0; pass < 6; ++pass) {
      double log_sum = 0;
      QVERIFY(direct.update(0, state, log_sum, always));
      const double after = log_likelihood(study, direct, state);
      QVERIFY(pass > 0 || after > before + 1000);
      QVERIFY(after >= before);
      before = after;
    }
  }

  /// With 30 passes; 100 000 counts in 243 voxels.
  void parameters_are_told_apart() {
    DirectPatlak direct(study_->dynamic, 20);
    const PatlakState state = after_passes(direct, 30);
    Image k = slope_image(), v = intercept_image();
    k.values = values_of(state.slope);
    v.values = values_of(state.intercept);
    QVERIFY2(std::abs(k.at(3, 4, 1) / 0.4 - 1) < 0.15, std::to_string(k.at(3, 4, 1)).c_str());
    QVERIFY2(v.at(3, 4, 1) < 0.15, std::to_string(v.at(3, 4, 1)).c_str());
    QVERIFY2(std::abs(v.at(6, 6, 1) - 1) < 0.15, std::to_string(v.at(6, 6, 1)).c_str());
    QVERIFY2(k.at(6, 6, 1) < 0.06, std::to_string(k.at(6, 6, 1)).c_str());
    QVERIFY(std::abs(sum_of(k) / sum_of(slope_image()) - 1) < 0.02);
    QVERIFY(std::abs(sum_of(v) / sum_of(intercept_image()) - 1) < 0.03);
  }

  /// The same projections get further with more fits.
  void nested_fits_save_passes() {
    DirectPatlak one(study_->dynamic, 1), many(study_->dynamic, 20);
    const double with_one = log_likelihood(*study_, one, after_passes(one, 6));
    const double with_many = log_likelihood(*study_, many, after_passes(many, 6));
    QVERIFY2(with_many > with_one + 10, std::to_string(with_many - with_one).c_str());
  }

  void a_stop_changes_nothing() {
    DirectPatlak direct(study_->dynamic, 5);
    PatlakState state = direct.start();
    const std::vector<float> before = values_of(state.slope);
    double log_sum = 0;
    QVERIFY(!direct.update(0, state, log_sum, [](double done) { return done < 0.5; }));
    QCOMPARE(values_of(state.slope), before);
  }

  void impossible_frames_are_refused() {
    QVERIFY_THROWS_EXCEPTION(InputError, DirectPatlak(study_->dynamic, 0));
    std::vector<DynamicFrame> frames = study_->dynamic;
    frames.resize(1);
    QVERIFY_THROWS_EXCEPTION(InputError, DirectPatlak(frames, 1));
    frames = study_->dynamic;
    frames[2].terms.activity = -1;
    QVERIFY_THROWS_EXCEPTION(InputError, DirectPatlak(frames, 1));
    for (DynamicFrame& frame : frames) {
      frame.terms.activity = 0;
    }
    QVERIFY_THROWS_EXCEPTION(InputError, DirectPatlak(frames, 1));
  }

  void initTestCase() { study_ = std::make_unique<Study>(); }

 private:
  std::unique_ptr<Study> study_;
};

COINCIDE_TEST_CLASS(DirectPatlakTest)

}  // namespace coincide::tests

#include "direct_patlak_test.moc"
