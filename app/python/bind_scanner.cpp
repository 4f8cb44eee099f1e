#include <fmt/format.h>
#include <nanobind/stl/string.h>
#include <nanobind/stl/vector.h>

#include "app/python/bindings.h"
#include "app/python/conversions.h"
#include "recon/data/tof_axis.h"
#include "recon/scanner.h"

namespace coincide::python {
namespace {

using namespace nb::literals;
using recon::ModuleType;
using recon::Scanner;

/// Three floats each.
nb::object tof_bins(nb::handle self) {
  const auto& bins = nb::cast<const Scanner&>(self).tof_bins;
  static_assert(sizeof(recon::TofBin) == 3 * sizeof(float));
  return bins.empty() ? nb::none() : view(&bins.front().centre_mm, {bins.size(), 3}, self);
}

}  // namespace

void bind_scanner(nb::module_& module) {
  nb::class_<ModuleType>(module, "ModuleType", "A kind of detector module that a scanner holds many of.")
      .def_ro("first_crystal", &ModuleType::first_crystal, "Id of the first crystal of its first module.")
      .def_ro("num_modules", &ModuleType::num_modules)
      .def_ro("crystals_per_module", &ModuleType::crystals_per_module)
      .def_ro("energy_edges_kev", &ModuleType::energy_edges_kev, "Of its windows, ascending; empty: not known.")
      .def_ro("energy_resolution", &ModuleType::energy_resolution, "FWHM at 511 keV over 511 keV; 0: not stated.");

  nb::class_<recon::TofAxis>(module, "TofAxis",
                             "Equal TOF bins of every LOR of a histogram, counted from its start to its end.")
      .def_ro("num_bins", &recon::TofAxis::num_bins)
      .def_ro("bin_width_mm", &recon::TofAxis::bin_width_mm)
      .def_ro("sigma_mm", &recon::TofAxis::sigma_mm, "Of the resolution before binning.");

  nb::class_<Scanner>(
      module, "Scanner",
      R"(Where each crystal is, and what it belongs to. Lengths in mm, in the scanner's axes, of which z is that of most
scanners. Arrays are views, read-only, by crystal id.)")
      .def_ro("name", &Scanner::name)
      .def_prop_ro("num_crystals", &Scanner::num_crystals)
      .def_prop_ro("num_modules", &Scanner::num_modules)
      .def_prop_ro(
          "crystal_centre_mm",
          [](nb::handle self) { return points(nb::cast<const Scanner&>(self).crystal_centre_mm, self); },
          nb::sig("def crystal_centre_mm(self) -> Floats"), "(crystals, 3): where LORs end.")
      .def_prop_ro(
          "crystal_normal", [](nb::handle self) { return points(nb::cast<const Scanner&>(self).crystal_normal, self); },
          nb::sig("def crystal_normal(self) -> Floats"), "(crystals, 3): unit vector of the depth, into the bore.")
      .def_prop_ro(
          "crystal_face_mm2",
          [](nb::handle self) { return column(nb::cast<const Scanner&>(self).crystal_face_mm2, self); },
          nb::sig("def crystal_face_mm2(self) -> Floats"), "(crystals,): area of the face that looks into the bore.")
      .def_prop_ro(
          "crystal_module", [](nb::handle self) { return column(nb::cast<const Scanner&>(self).crystal_module, self); },
          nb::sig("def crystal_module(self) -> NDArray[numpy.uint32]"),
          "(crystals,): number of the module, counted over all types.")
      .def_prop_ro(
          "crystal_type", [](nb::handle self) { return column(nb::cast<const Scanner&>(self).crystal_type, self); },
          nb::sig("def crystal_type(self) -> NDArray[numpy.uint8]"), "(crystals,): index into module_types.")
      .def_ro("module_types", &Scanner::module_types)
      .def_prop_ro("has_tof", &Scanner::has_tof)
      .def_prop_ro("tof_bins_mm", &tof_bins, nb::sig("def tof_bins_mm(self) -> Floats | None"),
                   R"((bins, 3): centre from the LOR's midpoint, positive towards crystal b, width, and sigma of the
resolution, of all pairs of module types one after the other: what the tof_bin of events refers to.)")
      .def_prop_ro(
          "centre_mm", [](const Scanner& scanner) { return three(scanner.centre_mm()); },
          nb::sig("def centre_mm(self) -> tuple[float, float, float]"), "Middle of the crystals along each axis.")
      .def("__repr__", [](const Scanner& scanner) {
        return fmt::format("Scanner(\"{}\", {} crystals{})", scanner.name, scanner.num_crystals(),
                           scanner.has_tof() ? ", TOF" : "");
      });
}

}  // namespace coincide::python
