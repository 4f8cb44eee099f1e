#include "fuzz/seeds.h"

#include <fmt/format.h>
#include <gdcmImageChangeTransferSyntax.h>
#include <gdcmImageReader.h>
#include <gdcmImageWriter.h>

#include <algorithm>
#include <bit>
#include <cmath>
#include <fstream>
#include <iterator>
#include <numbers>
#include <stdexcept>

#include "fuzz/formats.h"
#include "fuzz/hdf5_values.h"
#include "io/checkpoint_file.h"
#include "io/data_conversion.h"
#include "io/image_file.h"
#include "io/job.h"
#include "io/petsird_writer.h"
#include "io/scatter_file.h"
#include "support/gunzip.h"
#include "support/memory_events.h"
#include "support/small_scanner.h"

namespace coincide::fuzz {
namespace {

namespace fs = std::filesystem;
using Seeds = std::vector<Seed>;

const fs::path kitchen_hdf5 = COINCIDE_SHARED_DATA "/petsird/kitchen/kitchen_head.h5.gz";

std::string contents(const fs::path& path) {
  std::ifstream file(path, std::ios::binary);
  if (!file) {
    throw std::runtime_error("there is no seed " + path.string());
  }
  return {std::istreambuf_iterator<char>(file), {}};
}

/// The files of the format that are in the folder.
Seed seed_of(const std::string& format, const std::string& name, const fs::path& folder) {
  std::vector<std::string> all;
  for (const std::string& file : format_named(format).files) {
    if (fs::exists(folder / file)) {
      all.push_back(contents(folder / file));
    }
  }
  if (format_named(format).only_values) {
    all.push_back(values_in(folder / format_named(format).files.front()));
  }
  return {format, name, joined(all)};
}

/// A hundred events in a ring of 32 crystals, prompts and delayeds, with TOF.
void write_scan(const fs::path& path) {
  tests::MemoryEvents events(tests::small_scanner({.modules = 16, .transaxial = 1, .tof_bins = 3, .tof_width_mm = 60}));
  io::PetsirdWriter writer(path, events.scanner(), events.efficiencies());
  for (std::uint32_t i = 0; i < 96; ++i) {
    events.add(i % 16, 16 + (i * 7 + i / 16) % 16, static_cast<std::uint16_t>(i % 3), i / 16, i % 5 == 0);
  }
  writer.write({0, 6}, events.events);
  writer.finish();
}

/// A bin of CASToR's that gathers two pairs of crystals.
Seed gathered_seed(const fs::path& folder) {
  const std::vector<std::uint32_t> record{
      0, std::bit_cast<std::uint32_t>(5.0F), 2 | 3U << 16, 20U << 16, 4U << 16, 21U << 16};
  std::string bytes(reinterpret_cast<const char*>(record.data()), record.size() * sizeof(record[0]));
  bytes.resize(26);  // the number of pairs takes two bytes
  return {"castor-histogram", "gathered",
          joined({"Scanner name: bins\nData filename: bins.cdf\nNumber of events: 1\nData mode: histogram\n"
                  "Data type: PET\nStart time (s): 0\nDuration (s): 4\nMaximum number of lines per event: 2\n",
                  bytes, contents(folder / "bins.hscan"), contents(folder / "bins.lut")})};
}

/// In every format that data are converted to.
void add_data(const fs::path& folder, Seeds& seeds) {
  recon::Reporter silent;
  const auto convert = [&](const char* from, const char* to) {
    io::convert_data(folder / from, folder / to, {}, {.span = 1}, silent);
  };
  write_scan(folder / "scan.petsird");
  convert("scan.petsird", "large.h5");
  compact_hdf5(folder / "large.h5", folder / "scan.h5");
  convert("scan.petsird", "scan.csv");
  convert("scan.petsird", "scan.hs");
  convert("scan.petsird", "scan.cdh");
  convert("scan.hs", "bins.cdh");
  for (const char* format :
       {"petsird", "hdf5-table", "csv", "stir-sinogram", "castor", "castor-lut", "castor-histogram"}) {
    seeds.push_back(seed_of(format, "ring", folder));
  }
  seeds.push_back(gathered_seed(folder));
  for (const char* head : {"tiny", "kitchen"}) {
    seeds.push_back({"petsird", head, contents(fmt::format("{}/petsird/{}_head.petsird", COINCIDE_TEST_DATA, head))});
  }
  seeds.push_back({"scan-list", "two",
                   joined({"[[scan]]\ndata = \"first.csv\"\n[[scan]]\ndata = \"second.csv\"\nstart_s = 60\n",
                           contents(folder / "scan.csv"), contents(folder / "scan.csv")})});
  if (fs::exists(kitchen_hdf5)) {
    tests::gunzip(kitchen_hdf5, folder / "kitchen.h5");
    compact_hdf5(folder / "kitchen.h5", folder / "scan.h5");
    seeds.push_back(seed_of("petsird-hdf5", "kitchen", folder));
  }
}

void add_tables(const fs::path& resources, Seeds& seeds) {
  const std::string scanner = contents(resources / "scanners/small.toml");
  seeds.push_back({"csv", "crystals",
                   joined({"# duration_s = 60\ncrystal1,crystal2,time_s,kind,tof_ps\n0,1024,0.5,prompt,50\n"
                           "7,1100,1,delayed,-250\n",
                           scanner})});
  seeds.push_back({"csv", "histogram",
                   joined({"crystal1,crystal2,counts,factor,additive\n0,1024,5,0.5,0.25\n7,1100,3,0.75,1\n",
                           scanner.substr(0, scanner.find("[tof]"))})});
  seeds.push_back(
      {"small-tables", "poses", "time_s,qw,qx,qy,qz,tx_mm,ty_mm,tz_mm\n0,1,0,0,0,0,0,0\n10,0.9,0.1,0,0,1,2,3\n"});
  seeds.push_back({"small-tables", "gates", "gate,start_s,stop_s\n1,0,5\n2,5,10\n1,10,15\n"});
  seeds.push_back({"small-tables", "blood", "time_s;activity\n0;0\n10;55.5\n60;20\n"});
  seeds.push_back({"small-tables", "psf",
                   "radius_mm,radial_fwhm_mm,tangential_fwhm_mm,axial_fwhm_mm\n0,4.5,4.5,5\n100,5,4.6,5.2\n"});
}

void add_settings(const fs::path& resources, Seeds& seeds) {
  seeds.push_back({"scanner", "small", contents(resources / "scanners/small.toml")});
  seeds.push_back({"phantom", "orientation", contents(resources / "phantoms/orientation.toml")});
  seeds.push_back({"job", "all", io::job_text(io::Job{})});
  seeds.push_back({"job", "short",
                   joined({"[input]\ndata = \"scan.petsird\"\n[frames]\ndurations = \"10x30, pause 20, 300\"\n"
                           "[algorithm]\nsubsets = 20\npsf_table = \"psf.csv\"\n[image]\nsize = [10, 10, 10]\n"
                           "[prior]\nname = \"huber\"\nstrength = 3\n",
                           "radius_mm,radial_fwhm_mm,tangential_fwhm_mm,axial_fwhm_mm\n0,4.5,4.5,5\n"})});
}

/// Jobs with all that they name: data, their scanner, a map and a table.
void add_job_inputs(const fs::path& resources, const fs::path& folder, Seeds& seeds) {
  io::write_image(folder / "mu.nii", recon::Image(recon::centred_grid({4, 4, 4}, {20, 20, 20}, {0, 0, 0}), 0.096F));
  const std::string events = "# duration_s = 60\ncrystal1,crystal2,time_s,kind,tof_ps\n0,1024,0.5,prompt,50\n";
  const std::string scanner = contents(resources / "scanners/small.toml");
  const auto add = [&](const char* name, const std::string& job, const std::string& table) {
    seeds.push_back({"job-inputs", name, joined({job, events, scanner, contents(folder / "mu.nii"), table})});
  };
  const std::string data = "input = { data = \"scan.csv\", scanner = \"scanner.toml\"";
  add("map",
      data +
          " }\ncorrections = { attenuation = \"mu.nii\", hardware = \"mu.nii\", hardware_shift_mm = [0, 20, 0], "
          "scatter = \"none\" }\n"
          "algorithm = { psf_table = \"table.csv\" }\n"
          "prior = { name = \"bowsher\", strength = 3, anatomical = \"mu.nii\" }\n",
      "radius_mm,radial_fwhm_mm,tangential_fwhm_mm,axial_fwhm_mm\n0,4.5,4.5,5\n");
  add("motion", data + ", motion = \"table.csv\" }\n",
      "time_s,qw,qx,qy,qz,tx_mm,ty_mm,tz_mm\n0,1,0,0,0,0,0,0\n10,0.8,0.6,0,0,1,2,3\n");
  add("gates", data + " }\nframes = { gates = \"table.csv\" }\n", "gate,start_s,stop_s\n1,0,5\n2,5,10\n");
  add("frames", data + " }\nframes = { durations = \"2x10, pause 5, 20\" }\n", "");
  add("normalization", data + " }\nnormalization = { source = \"mu.nii\" }\noutput = { folder = \"../x\" }\n", "");
  add("simulation", "simulation = { scanner = \"scanner.toml\", phantom = \"orientation\", duration_s = 1 }\n", "");
}

/// The same picture, packed.
std::string packed_dicom(const fs::path& plane, gdcm::TransferSyntax::TSType syntax) {
  gdcm::ImageReader reader;
  reader.SetFileName(plane.c_str());
  gdcm::ImageChangeTransferSyntax change;
  change.SetTransferSyntax(syntax);
  if (!reader.Read() || (change.SetInput(reader.GetImage()), !change.Change())) {
    throw std::runtime_error("cannot pack " + plane.string());
  }
  const fs::path packed = plane.parent_path() / "packed";
  gdcm::ImageWriter writer;
  writer.SetFileName(packed.c_str());
  writer.SetFile(reader.GetFile());
  writer.SetImage(change.GetOutput());
  if (!writer.Write()) {
    throw std::runtime_error("cannot write " + packed.string());
  }
  return contents(packed);
}

/// Two frames of 3 x 4 x 5 voxels, in every format that images are written in.
void add_images(const fs::path& folder, Seeds& seeds) {
  recon::ImageSeries series{.grid = recon::centred_grid({3, 4, 5}, {1.5F, 2.25F, 3}, {10, -20, 30}), .unit = "Bq/mL"};
  for (int frame = 0; frame < 2; ++frame) {
    series.frames.push_back({.values = {}, .start_s = 60.0 * frame, .duration_s = 60});
    for (int voxel = 0; voxel < 60; ++voxel) {
      series.frames.back().values.push_back(static_cast<float>(voxel + 100 * frame));
    }
  }
  for (const Format& format : formats()) {
    const fs::path path = folder / format.files.front();
    if (path.stem().stem() == "image") {
      io::write_image_series(path, series);
      seeds.push_back(seed_of(std::string(format.name), "frames", folder));
    }
  }
  series.grid.shape = {3, 4, 3};
  series.frames.pop_back();
  series.frames.front().values.resize(36);
  io::write_image_frames(folder / "planes.dicom", series);
  std::vector<fs::path> planes{fs::directory_iterator(folder / "planes.dicom"), {}};
  std::ranges::sort(planes);
  using gdcm::TransferSyntax;
  for (const auto& [name, syntax] : {std::pair{"run-lengths", TransferSyntax::RLELossless},
                                     std::pair{"jpeg", TransferSyntax::JPEGLosslessProcess14_1},
                                     std::pair{"jpeg-ls", TransferSyntax::JPEGLSLossless}}) {
    seeds.push_back({"dicom", name, packed_dicom(planes.at(0), syntax)});
  }
  seeds.push_back(
      {"dicom", "planes", joined({contents(planes.at(0)), contents(planes.at(1)), contents(planes.at(2))})});
}

void add_checkpoint(const fs::path& folder, Seeds& seeds) {
  recon::RunCheckpoint checkpoint;
  checkpoint.at.state.x = std::vector<float>(8, 1.5F);
  checkpoint.at.state.images["mean"] = std::vector<float>(8, 2);
  checkpoint.at.state.numbers["step"] = 0.5;
  checkpoint.at.figures.push_back({.iteration = 1, .log_likelihood = -5});
  checkpoint.settings = {{"algorithm.name", "osem"}};
  io::write_checkpoint(folder / "run.checkpoint", checkpoint);
  seeds.push_back(seed_of("checkpoint", "two-images", folder));
}

void add_scatter(const fs::path& folder, Seeds& seeds) {
  const recon::VirtualCylinder cylinder({0, 0, 0}, {0, 0, 1}, {1, 0, 0},
                                        {.radius_mm = 100, .half_length_mm = 20, .per_ring = 4, .rings = 2});
  const recon::TofPositions positions{.step_mm = 20, .each_side = 2};
  recon::ScatterResult result(cylinder);
  std::vector<float> sums(recon::ScatterEstimate::num_pairs(8) * 5, 1.5F);
  result.estimate = recon::ScatterEstimate(cylinder, positions, std::vector<float>{24}, std::move(sums));
  result.net_counts = 1000;
  io::write_scatter(folder / "run_scatter.h5", result);
  seeds.push_back(seed_of("scatter", "small", folder));
}

/// Of a scanner that the header describes, since reading the mMR's 32256 crystals takes a tenth of a second.
Seed siemens_seed() {
  const std::vector<std::uint32_t> words{1U << 31, 1U << 30 | 5, 1U << 30 | 87, 5, 1U << 31 | 1, 1U << 30 | 64};
  return {
      "siemens", "ring",
      joined({"!INTERFILE:=\n!originating system:=small ring\n%SMS-MI header name space:=PETLINK bin address\n"
              "!data offset in bytes:=0\nname of data file := scan.l\n%patient orientation:=HFS\n"
              "%energy window lower level (keV) [1]:=430\n%energy window upper level (keV) [1]:=610\n"
              "number of rings:=2\nnumber of detectors per ring := 16\ndistance between rings (cm):=0.8\n"
              "inner ring diameter (cm) := 12\naverage depth of interaction (cm) := 0.5\nview offset (degrees) := 0\n"
              "bin size (cm):=1\nimage duration (sec):=900\n%total listmode word counts:=6\n"
              "%LM event and tag words format (bits):=32\n%timing tagwords interval (msec):=1\n"
              "%axial compression:=1\n%maximum ring difference:=1\n%number of projections:=8\n"
              "%number of views:=8\n%number of TOF time bins:=3\n%TOF mashing factor:=1\n"
              "size of timing bin (ps) := 400\ntiming resolution (ps) := 300\n",
              {reinterpret_cast<const char*>(words.data()), words.size() * sizeof(words[0])}})};
}

/// Two rings of 16 crystals at places of their own.
Seed safir_seed(const fs::path& folder) {
  std::string map = "#ring\tdetector\tlayer\tx\ty\tz\n";
  for (int crystal = 0; crystal < 32; ++crystal) {
    const double angle_rad = 2 * std::numbers::pi / 16 * crystal;
    map += fmt::format("{}\t{}\t0\t{:.3f}\t{:.3f}\t{}\n", crystal / 16, crystal % 16, 60 * std::sin(angle_rad),
                       60 * std::cos(angle_rad), 4 * (crystal / 16));
  }
  const std::vector<std::uint64_t> words{1ULL << 63, 1ULL << 32 | 9ULL << 16, 5ULL << 32 | 13ULL << 16 | 256,
                                         1ULL << 63 | 100, 1ULL << 62 | 2ULL << 32 | 7ULL << 16};
  std::string events = "SAFIR CListModeData";
  events.resize(32);
  events.append(reinterpret_cast<const char*>(words.data()), words.size() * sizeof(words[0]));
  return {"safir", "ring",
          joined({"CListModeDataSAFIR Parameters:=\n  listmode data filename:= scan.clm.safir\n"
                  "  template projection data filename:= ring.hs\n  crystal map file name := ring.txt\n"
                  "END CListModeDataSAFIR Parameters:=\n",
                  events, contents(folder / "scan.hs"), map})};
}

const std::string geom =
    "modality : PET\nscanner name : ring\nnumber of elements : 96\nnumber of layers : 1\nscanner radius : 100\n"
    "number of rsectors : 8\nnumber of crystals transaxial : 4\nnumber of crystals axial : 3\n"
    "crystals size depth : 20\ncrystals size trans : 4\ncrystals size axial : 5\ncrystal gap transaxial : 1\n"
    "crystal gap axial : 0.5\nmean depth of interaction : -1\nmin angle difference : 60\n"
    "rsectors first angle: 90\nrsectors nbZShift: 2\nrsectors ZShift: 0, 3\nrotation direction: CCW\n";

}  // namespace

Seeds make_seeds(const fs::path& folder) {
  const fs::path resources = COINCIDE_RESOURCES;
  Seeds seeds;
  add_data(folder, seeds);
  add_tables(resources, seeds);
  add_settings(resources, seeds);
  add_job_inputs(resources, folder, seeds);
  add_images(folder, seeds);
  add_checkpoint(folder, seeds);
  add_scatter(folder, seeds);
  seeds.push_back(siemens_seed());
  seeds.push_back(safir_seed(folder));
  seeds.push_back({"castor-geom", "ring", geom});
  return seeds;
}

}  // namespace coincide::fuzz
