#include "io/summary_picture.h"

#include <cairo.h>
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <memory>
#include <numbers>
#include <numeric>
#include <utility>
#include <vector>

#include "io/atomic_file.h"
#include "projectors/error.h"
#include "recon/psf.h"
#include "recon/slice.h"

namespace coincide::io {
namespace {

using Index = std::array<std::int64_t, 3>;
using Surface = std::unique_ptr<cairo_surface_t, decltype(&cairo_surface_destroy)>;
using Context = std::unique_ptr<cairo_t, decltype(&cairo_destroy)>;

constexpr double page_width = 1500;
constexpr double most_height = 1000;
constexpr double margin = 28;
constexpr double header_height = 84;
constexpr double least_bar = 120;
constexpr double bar_space = 130;     ///< colour bar and its numbers
constexpr double label_space_x = 52;  ///< left of a panel
constexpr double label_space_y = 74;  ///< above and below a panel
constexpr char axis_letter[] = "xyz";

/// A slice, or a projection that lies as one does. Pairs of numbers are along the axis to the right and the vertical.
struct Panel {
  std::string title;
  recon::SliceAxes axes;
  recon::Slice slice;
  std::array<double, 2> low_mm{};  ///< faces of the image box
  std::array<double, 2> size_mm{};
  std::array<double, 2> mark_mm{};  ///< where the other slices cut this one
};

/// Coordinate of a voxel centre.
double position_mm(const recon::ImageGrid& grid, int axis, double index) {
  return grid.origin_mm[axis] + index * grid.voxel_size_mm[axis];
}

/// The voxel with the largest mean over its surroundings, so that neither a noisy voxel nor an edge decides, and with a
/// value like theirs, so that it is not the gap between two spots; the middle of an empty image.
Index hottest_region(const recon::Image& image) {
  const auto& n = image.grid.shape;
  std::vector<float> smooth = image.values;
  std::ranges::replace_if(
      smooth, [](float value) { return !std::isfinite(value); }, 0.0F);
  const float width_mm = 5 * *std::ranges::max_element(image.grid.voxel_size_mm);
  recon::GaussianFilter(image.grid, width_mm, 0, recon::Outside::empty).apply(smooth);
  for (std::size_t i = 0; i < smooth.size(); ++i) {
    smooth[i] = image.values[i] >= 0.5F * smooth[i] ? smooth[i] : 0.0F;
  }
  const auto most = std::ranges::max_element(smooth);
  if (!(*most > 0)) {
    return {n[0] / 2, n[1] / 2, n[2] / 2};
  }
  const std::int64_t place = most - smooth.begin();
  return {place / (n[1] * n[2]), place / n[2] % n[1], place % n[2]};
}

Panel make_panel(const recon::ImageGrid& grid, int axis, const Index& point, recon::Slice slice) {
  Panel panel;
  panel.axes = recon::slice_axes(axis);
  panel.slice = std::move(slice);
  const std::array<int, 2> axes{panel.axes.right, panel.axes.vertical};
  for (int a = 0; a < 2; ++a) {
    panel.low_mm[a] = position_mm(grid, axes[a], -0.5);
    panel.size_mm[a] = static_cast<double>(grid.shape[axes[a]]) * grid.voxel_size_mm[axes[a]];
    panel.mark_mm[a] = position_mm(grid, axes[a], static_cast<double>(point[axes[a]]));
  }
  return panel;
}

Index voxel_at(const recon::ImageGrid& grid, const std::array<double, 3>& place_mm) {
  Index voxel{};
  for (int axis = 0; axis < 3; ++axis) {
    const double index = (place_mm[axis] - grid.origin_mm[axis]) / grid.voxel_size_mm[axis];
    voxel[axis] = std::clamp<std::int64_t>(std::llround(index), 0, grid.shape[axis] - 1);
  }
  return voxel;
}

std::array<Panel, 4> make_panels(const recon::Image& image, const Index& point) {
  const recon::ImageGrid& grid = image.grid;
  const std::array<const char*, 3> names{"axial", "coronal", "sagittal"};
  const std::array<int, 3> across{2, 1, 0};
  std::array<Panel, 4> panels;
  for (int p = 0; p < 3; ++p) {
    const int axis = across[p];
    panels[p] = make_panel(grid, axis, point, recon::slice_of(image, axis, point[axis]));
    panels[p].title = fmt::format("{}   {} = {:.1f} mm", names[p], axis_letter[axis],
                                  position_mm(grid, axis, static_cast<double>(point[axis])));
  }
  panels[3] = make_panel(grid, 1, point, recon::maximum_along(image, 1));
  panels[3].title = "maximum along y";
  return panels;
}

/// The top of the grey scale: nearly the largest value in the slices, so that a few noisy voxels do not darken the
/// rest.
double display_maximum(const std::array<Panel, 4>& panels) {
  std::vector<float> values;
  for (int p = 0; p < 3; ++p) {
    std::ranges::copy_if(panels[p].slice.values, std::back_inserter(values),
                         [](float v) { return v > 0 && std::isfinite(v); });
  }
  if (values.empty()) {
    return 1;
  }
  const auto rank = static_cast<std::ptrdiff_t>(0.998 * static_cast<double>(values.size() - 1));
  std::ranges::nth_element(values, values.begin() + rank);
  return values[static_cast<std::size_t>(rank)];
}

/// Inverse grey, as nuclear medicine prints it: 0 is white. What is no number has the colour that the window gives it.
std::uint32_t grey(double value, double maximum) {
  if (!std::isfinite(value)) {
    return 0xff00ff;
  }
  const double part = std::clamp(value / maximum, 0.0, 1.0);
  const auto level = static_cast<std::uint32_t>(std::lround(255 * (1 - part)));
  return (level << 16) | (level << 8) | level;
}

/// 1, 2 or 5 times a power of ten, some `parts` of which make `length`.
double nice_step(double length, double parts) {
  const double raw = length / parts;
  const double power = std::pow(10, std::floor(std::log10(raw)));
  for (const double factor : {1.0, 2.0, 5.0}) {
    if (raw <= factor * power) {
      return factor * power;
    }
  }
  return 10 * power;
}

class Page {
 public:
  explicit Page(double height)
      : surface_(cairo_image_surface_create(CAIRO_FORMAT_RGB24, static_cast<int>(page_width),
                                            static_cast<int>(std::ceil(height))),
                 cairo_surface_destroy),
        context_(cairo_create(surface_.get()), cairo_destroy) {
    cairo_set_source_rgb(cr(), 1, 1, 1);
    cairo_paint(cr());
    cairo_select_font_face(cr(), "sans-serif", CAIRO_FONT_SLANT_NORMAL, CAIRO_FONT_WEIGHT_NORMAL);
    cairo_set_line_width(cr(), 1);
  }

  cairo_t* cr() const { return context_.get(); }

  enum class Align { left, centre, right };
  void text(double x, double y, double size, const std::string& line, Align align = Align::left,
            double darkness = 0.85) const {
    cairo_set_source_rgb(cr(), 1 - darkness, 1 - darkness, 1 - darkness);
    cairo_set_font_size(cr(), size);
    cairo_text_extents_t extents;
    cairo_text_extents(cr(), line.c_str(), &extents);
    const double shift = align == Align::left ? 0 : align == Align::centre ? 0.5 : 1;
    cairo_move_to(cr(), x - shift * extents.x_advance, y);
    cairo_show_text(cr(), line.c_str());
  }

  void line(double x0, double y0, double x1, double y1, double darkness) const {
    cairo_set_source_rgb(cr(), 1 - darkness, 1 - darkness, 1 - darkness);
    cairo_move_to(cr(), std::floor(x0) + 0.5, std::floor(y0) + 0.5);
    cairo_line_to(cr(), std::floor(x1) + 0.5, std::floor(y1) + 0.5);
    cairo_stroke(cr());
  }

  void frame(double x, double y, double width, double height) const {
    cairo_set_source_rgb(cr(), 0.45, 0.45, 0.45);
    cairo_rectangle(cr(), std::floor(x) + 0.5, std::floor(y) + 0.5, std::round(width), std::round(height));
    cairo_stroke(cr());
  }

  void save(const std::filesystem::path& path) const {
    AtomicFile target(path);
    const cairo_status_t status = cairo_surface_write_to_png(surface_.get(), target.temporary_path().c_str());
    if (status != CAIRO_STATUS_SUCCESS) {
      throw cannot_write(path);
    }
    target.commit();
  }

 private:
  Surface surface_;
  Context context_;
};

void draw_values(const Page& page, const Panel& panel, double x, double y, double scale, double maximum) {
  const auto columns = static_cast<int>(panel.slice.columns);
  const auto rows = static_cast<int>(panel.slice.rows);
  const Surface picture(cairo_image_surface_create(CAIRO_FORMAT_RGB24, columns, rows), cairo_surface_destroy);
  unsigned char* data = cairo_image_surface_get_data(picture.get());
  const int stride = cairo_image_surface_get_stride(picture.get());
  if (data == nullptr) {
    return;  // more voxels along an axis than the drawing library can hold (32767): the frame stays empty
  }
  for (int row = 0; row < rows; ++row) {
    auto* line = reinterpret_cast<std::uint32_t*>(data + static_cast<std::ptrdiff_t>(row) * stride);
    for (int column = 0; column < columns; ++column) {
      line[column] = grey(panel.slice.values[static_cast<std::size_t>(row) * columns + column], maximum);
    }
  }
  cairo_surface_mark_dirty(picture.get());
  cairo_t* cr = page.cr();
  cairo_save(cr);
  cairo_translate(cr, x, y);
  cairo_scale(cr, scale * panel.size_mm[0] / columns, scale * panel.size_mm[1] / rows);
  cairo_set_source_surface(cr, picture.get(), 0, 0);
  cairo_pattern_set_filter(cairo_get_source(cr), CAIRO_FILTER_GOOD);
  cairo_pattern_set_extend(cairo_get_source(cr), CAIRO_EXTEND_PAD);
  cairo_rectangle(cr, 0, 0, columns, rows);
  cairo_fill(cr);
  cairo_restore(cr);
}

void draw_ticks(const Page& page, const Panel& panel, double x, double y, double scale) {
  const double width = scale * panel.size_mm[0];
  const double height = scale * panel.size_mm[1];
  for (int a = 0; a < 2; ++a) {
    const double step = nice_step(panel.size_mm[a], std::max(2.0, scale * panel.size_mm[a] / 75));
    const double high = panel.low_mm[a] + panel.size_mm[a];
    for (long tick = std::lround(std::ceil(panel.low_mm[a] / step)); static_cast<double>(tick) * step <= high; ++tick) {
      const double at = static_cast<double>(tick) * step;
      const std::string number = fmt::format("{:g}", at);
      const double along = scale * (at - panel.low_mm[a]);
      if (a == 0) {
        page.line(x + along, y + height, x + along, y + height + 5, 0.55);
        if (along < width - 36) {  // the letter of the axis stands there
          page.text(x + along, y + height + 19, 12, number, Page::Align::centre, 0.65);
        }
      } else {
        const double row = y + (panel.axes.down ? along : height - along);
        page.line(x - 5, row, x, row, 0.55);
        page.text(x - 8, row + 4, 12, number, Page::Align::right, 0.65);
      }
    }
  }
  const std::string vertical(1, axis_letter[panel.axes.vertical]);
  page.text(x + width + 5, y + height + 19, 14, std::string(1, axis_letter[panel.axes.right]) + " →",
            Page::Align::right);
  page.text(x - (panel.axes.down ? 18 : 8), panel.axes.down ? y + height + 20 : y - 8, 14,
            (panel.axes.down ? "↓ " : "↑ ") + vertical, Page::Align::right);
}

/// Short strokes outside the frame where the other two slices cut this one.
void draw_marks(const Page& page, const Panel& panel, double x, double y, double scale) {
  const double width = scale * panel.size_mm[0];
  const double height = scale * panel.size_mm[1];
  const double u = x + scale * (panel.mark_mm[0] - panel.low_mm[0]);
  const double along = scale * (panel.mark_mm[1] - panel.low_mm[1]);
  const double v = y + (panel.axes.down ? along : height - along);
  cairo_set_source_rgb(page.cr(), 0.80, 0.25, 0.10);
  for (const auto& [px, py, dx, dy] : {std::array{u, y, 0.0, 9.0}, std::array{u, y + height, 0.0, -9.0},
                                       std::array{x, v, 9.0, 0.0}, std::array{x + width, v, -9.0, 0.0}}) {
    cairo_set_line_width(page.cr(), 2);
    cairo_move_to(page.cr(), px, py);
    cairo_rel_line_to(page.cr(), dx, dy);
    cairo_stroke(page.cr());
  }
  cairo_set_line_width(page.cr(), 1);
}

/// Outlines on the axial slice; of regions in the plane of the first one.
void draw_regions(const Page& page, const Panel& panel, std::span<const recon::Disc> regions, double x, double y,
                  double scale) {
  cairo_set_source_rgb(page.cr(), 0.80, 0.25, 0.10);
  for (const recon::Disc& disc : regions) {
    if (std::abs(disc.centre_mm[2] - regions.front().centre_mm[2]) < 1) {
      cairo_new_sub_path(page.cr());
      cairo_arc(page.cr(), x + scale * (disc.centre_mm[0] - panel.low_mm[0]),
                y + scale * (disc.centre_mm[1] - panel.low_mm[1]), 0.5 * scale * disc.diameter_mm, 0,
                2 * std::numbers::pi);
    }
  }
  cairo_stroke(page.cr());
}

void draw_bar(const Page& page, double x, double y, double width, double height, double maximum,
              const std::string& unit) {
  for (int row = 0; row < static_cast<int>(height); ++row) {
    const double level = 1 - row / height;
    cairo_set_source_rgb(page.cr(), 1 - level, 1 - level, 1 - level);
    cairo_rectangle(page.cr(), x, y + row, width, 1.5);
    cairo_fill(page.cr());
  }
  page.frame(x, y, width, height);
  const double step = nice_step(maximum, 6);
  for (int tick = 0; tick * step <= maximum; ++tick) {
    const double value = tick * step;
    const double row = y + height * (1 - value / maximum);
    page.line(x + width, row, x + width + 5, row, 0.55);
    page.text(x + width + 9, row + 5, 13, fmt::format("{:g}", value), Page::Align::left, 0.75);
  }
  page.text(x, y - 14, 15, unit == "1" || unit.empty() ? "arbitrary unit" : unit);
}

/// Panels by column; each column is a stack.
using Layout = std::vector<std::vector<int>>;

struct Extent {
  /// Of a panel with what its row leaves free below.
  double height_mm(const std::vector<int>& column, std::size_t row, const std::array<Panel, 4>& panels) const {
    return column.size() == row_mm.size() ? row_mm[row] : panels[static_cast<std::size_t>(column[row])].size_mm[1];
  }

  double width_mm = 0;
  std::vector<double> row_mm;  ///< heights of rows; columns of fewer panels than others only need to fit in
  double scale = 0;            ///< pixels per mm that fit the page
  double height = 0;           ///< of the page that they need then, in pixels
};

Extent extent_of(const Layout& layout, const std::array<Panel, 4>& panels) {
  Extent extent;
  const auto longest = std::ranges::max_element(layout, {}, [](const auto& column) { return column.size(); });
  extent.row_mm.assign(longest->size(), 0);
  double tallest_mm = 0;
  for (const auto& column : layout) {
    double width = 0;
    double height = 0;
    for (std::size_t row = 0; row < column.size(); ++row) {
      const auto& size_mm = panels[column[row]].size_mm;
      width = std::max(width, size_mm[0]);
      height += size_mm[1];
      if (column.size() == longest->size()) {
        extent.row_mm[row] = std::max(extent.row_mm[row], size_mm[1]);
      }
    }
    extent.width_mm += width;
    tallest_mm = std::max(tallest_mm, height);
  }
  tallest_mm = std::max(tallest_mm, std::accumulate(extent.row_mm.begin(), extent.row_mm.end(), 0.0));
  const double free_width = page_width - 2 * margin - bar_space - label_space_x * static_cast<double>(layout.size());
  const double beside = header_height + margin + label_space_y * static_cast<double>(longest->size());
  extent.scale = std::min(free_width / extent.width_mm, (most_height - beside) / tallest_mm);
  double highest = 2 * label_space_y + least_bar;
  for (const auto& column : layout) {
    double height = 0;
    for (std::size_t row = 0; row < column.size(); ++row) {
      height += extent.scale * extent.height_mm(column, row, panels) + label_space_y;
    }
    highest = std::max(highest, height);
  }
  extent.height = header_height + highest + margin;
  return extent;
}

/// The arrangement that shows the panels largest, on the lowest page: a long scanner and a short one want different
/// ones.
Layout best_layout(const std::array<Panel, 4>& panels) {
  const std::vector<Layout> layouts = {{{0}, {1, 2, 3}}, {{0, 1}, {2, 3}}, {{0}, {1}, {2}, {3}}, {{0, 2}, {1, 3}}};
  return *std::ranges::max_element(layouts, {}, [&](const Layout& layout) {
    const Extent extent = extent_of(layout, panels);
    return std::pair(extent.scale, -extent.height);
  });
}

}  // namespace

void write_summary_picture(const std::filesystem::path& path, const recon::Image& image, const PictureText& text,
                           std::span<const recon::Disc> regions) {
  const std::array<Panel, 4> panels =
      make_panels(image, regions.empty() ? hottest_region(image) : voxel_at(image.grid, regions.front().centre_mm));
  const double maximum = display_maximum(panels);
  const Layout layout = best_layout(panels);
  const Extent extent = extent_of(layout, panels);
  const double scale = extent.scale;
  const Page page(extent.height);
  page.text(margin, margin + 18, 24, text.title);
  page.text(margin, margin + 44, 14, text.subtitle, Page::Align::left, 0.65);

  double x = margin;
  double bottom = header_height;
  for (const auto& column : layout) {
    double y = header_height;
    double width = 0;
    for (std::size_t row = 0; row < column.size(); ++row) {
      const int p = column[row];
      const Panel& panel = panels[p];
      const double left = x + label_space_x;
      const double top = y + 40;
      draw_values(page, panel, left, top, scale, maximum);
      page.frame(left, top, scale * panel.size_mm[0], scale * panel.size_mm[1]);
      draw_ticks(page, panel, left, top, scale);
      if (p == 0) {
        draw_regions(page, panel, regions, left, top, scale);
      }
      if (p < 3) {
        draw_marks(page, panel, left, top, scale);
      }
      page.text(left + 12, top - 10, 15, panel.title);
      y = top + scale * extent.height_mm(column, row, panels) + label_space_y - 40;
      width = std::max(width, scale * panel.size_mm[0]);
    }
    bottom = std::max(bottom, y);
    x += label_space_x + width;
  }
  const double bar_top = header_height + 40;
  draw_bar(page, x + 32, bar_top, 18, std::max(least_bar, bottom - bar_top - label_space_y + 40), maximum, image.unit);
  page.save(path);
}

}  // namespace coincide::io
