#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "gui/model/roi.h"
#include "io/provenance.h"
#include "recon/image.h"

namespace coincide::gui {

/// A picture of a report.
struct ReportPicture {
  std::string source;  ///< "data:image/png;base64,..."
  double width_mm = 0;
  std::string shows = {};  ///< for who cannot see it
};

/// What a report of an image says.
struct Report {
  std::string title;      ///< "Run 2 · squares_head"
  std::string note = {};  ///< the user's; may be empty
  std::string made;       ///< when the report was made
  std::string program;    ///< "Coincide 2.1.0"
  std::vector<ReportPicture> pictures = {};
  std::vector<ReportPicture> charts = {};  ///< beside each other
  std::shared_ptr<const recon::Image> image = {};
  std::shared_ptr<const io::Provenance> record = {};  ///< null: how the image was made is not known
  std::shared_ptr<const io::Provenance> other = {};   ///< of what it is compared with; null: nothing, or not known
  std::vector<Roi> regions = {};                      ///< measured in `image`
  /// Tables of figures of merit, head line first: of a phantom, say.
  std::vector<std::vector<std::vector<std::string>>> figures = {};
};

/// A page of HTML that browsers and QTextDocument both understand, with all pictures in it.
std::string report_html(const Report& report);

}  // namespace coincide::gui
