#pragma once

#include <string_view>

namespace coincide::recon {

struct Image;
struct IterationFigures;

/// What an algorithm may say to the outside, and how the outside stops it. Called from the thread that runs the
/// algorithm. The base class is silent and never stops.
class Reporter {
 public:
  virtual ~Reporter() = default;
  /// `stage`: what is being done ("sensitivity image", "reconstruction"); `fraction` of that stage, 0 ... 1.
  virtual void progress(std::string_view stage, double fraction) { (void)stage, (void)fraction; }
  /// A stage begins; the one before it ends.
  virtual void begin_stage(std::string_view stage) { progress(stage, 0); }
  /// The part of the stage that begins ("iteration 2 of 4"); the next stage ends it.
  virtual void step(std::string_view name) { (void)name; }
  /// A line for the log that a user may want to read.
  virtual void note(std::string_view sentence) { (void)sentence; }
  /// Something the user should know about the result.
  virtual void warning(std::string_view sentence) { (void)sentence; }
  /// The image after a part of the work, valid only during the call. `iteration` counts full passes, with fractions.
  virtual void intermediate_image(const Image& image, double iteration) { (void)image, (void)iteration; }
  /// False: intermediate images need not be made ready for this reporter, and only those of whole passes come.
  virtual bool wants_images() const { return false; }
  /// After each full pass.
  virtual void figures(const IterationFigures& figures) { (void)figures; }
  virtual bool stop_requested() const { return false; }
};

}  // namespace coincide::recon
