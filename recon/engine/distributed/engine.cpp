#include <utility>
#include <vector>

#include "recon/engine/engine.h"

namespace coincide::recon {
namespace {

class DistributedEngine final : public Engine {
 public:
  DistributedEngine(std::unique_ptr<Engine> own, Communicator& ranks) : own_(std::move(own)), ranks_(ranks) {}

  const Problem& problem() const override { return own_->problem(); }
  Communicator& ranks() const override { return ranks_; }
  projectors::Device device() const override { return own_->device(); }
  const EngineImage& sensitivity() const override { return own_->sensitivity(); }

  bool back_project(int subset, const EngineImage& x, EngineImage& out, double& log_sum, const GoOn& go_on,
                    Ratios ratios) override {
    double own_log_sum = 0;
    const GoOn unless_asked = [&](double part) { return go_on(part) && !ranks_.asked_to_stop(); };
    const bool done = own_->back_project(subset, x, out, own_log_sum, unless_asked, ratios);
    if (ranks_.any(!done)) {
      return false;
    }
    add_up(out);
    log_sum += ranks_.sum(own_log_sum);
    return true;
  }

  // Images are alike in all processes, but their processors need not be: what is decided by such a number has to be
  // decided alike.
  double sum(const EngineImage& x) const override { return ranks_.of_first(own_->sum(x)); }
  double dot(const EngineImage& x, const EngineImage& y) const override { return ranks_.of_first(own_->dot(x, y)); }
  void smooth(const EngineImage& x, double fwhm_mm, EngineImage& out) const override { own_->smooth(x, fwhm_mm, out); }
  void apply_to(const kernels::VoxelStep& step, const kernels::StepImages& images) const override {
    own_->apply_to(step, images);
  }

 private:
  void add_up(EngineImage& image) {
    if (device().kind == projectors::DeviceKind::cpu) {
      ranks_.sum(std::span(image.data(), static_cast<std::size_t>(image.size())));
      return;
    }
    on_host_.resize(static_cast<std::size_t>(image.size()));
    image.download(on_host_.data());
    ranks_.sum(std::span(on_host_));
    image.upload(on_host_.data());
  }

  std::unique_ptr<Engine> own_;
  Communicator& ranks_;
  std::vector<float> on_host_;
};

}  // namespace

std::unique_ptr<Engine> share_out(std::unique_ptr<Engine> own, Communicator& ranks) {
  return ranks.is_alone() ? std::move(own) : std::make_unique<DistributedEngine>(std::move(own), ranks);
}

}  // namespace coincide::recon
