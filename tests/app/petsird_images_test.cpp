// Files of the PETSIRD simulator, decoded and made into images, against the images that its authors' software made.

#include <QtTest>
#include <cmath>
#include <filesystem>
#include <fstream>

#include "io/listmode_file.h"
#include "projectors/projector.h"
#include "recon/psf.h"
#include "recon/sensitivity.h"
#include "support/gunzip.h"
#include "support/osem.h"
#include "support/test_main.h"

using namespace coincide;
using namespace coincide::recon;
using projectors::BoundaryRule;
using projectors::Projector;
using tests::osem;

namespace {

const std::string data_folder = COINCIDE_SHARED_DATA "/petsird/";
constexpr std::array<std::int64_t, 3> shape{55, 55, 19};
constexpr double simulator_sigma_mm = 20.0 / 2.35;  // the simulator's constant, not 2.3548

/// A float32 array [x, y, z] in numpy's format, whose header takes 128 bytes for so short a description.
std::vector<float> read_npy(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  std::vector<float> values(55 * 55 * 19);
  file.seekg(128);
  file.read(reinterpret_cast<char*>(values.data()), static_cast<std::streamsize>(values.size() * sizeof(float)));
  return file ? values : std::vector<float>();
}

ImageGrid simulator_grid(const Scanner& scanner) { return centred_grid(shape, {2, 2, 2}, scanner.centre_mm()); }

struct Prompts {
  std::vector<std::uint32_t> crystal_a, crystal_b;
  std::vector<std::uint16_t> tof_bin;

  projectors::Lors lors(const Scanner& scanner) const {
    const float* positions = scanner.crystal_centre_mm.front().data();
    return {positions, positions, static_cast<std::int64_t>(crystal_a.size()), crystal_a.data(), crystal_b.data()};
  }
};

Prompts read_prompts(EventSource& source) {
  Prompts prompts;
  EventBlock block;
  while (source.read(block)) {
    for (std::size_t i = 0; i < block.size(); ++i) {
      if (block.delayed[i] == 0) {
        prompts.crystal_a.push_back(block.crystal_a[i]);
        prompts.crystal_b.push_back(block.crystal_b[i]);
        prompts.tof_bin.push_back(block.tof_bin[i]);
      }
    }
  }
  return prompts;
}

std::vector<TofBin> simulator_bins(const Scanner& scanner) {
  std::vector<TofBin> bins = scanner.tof_bins;
  for (TofBin& bin : bins) {
    bin.sigma_mm = static_cast<float>(simulator_sigma_mm);
  }
  return bins;
}

struct Difference {
  double largest = 0;  ///< relative to the reference's maximum
  double rms = 0;      ///< relative to the reference's rms
};

/// Voxels nearer than `border` to a face are left out: the references follow another rule in the outer half voxel.
Difference compare(const std::vector<float>& image, const std::vector<float>& reference, int border) {
  Difference d;
  double top = 0, squares = 0, difference = 0;
  for (int i = border; i < 55 - border; ++i) {
    for (int j = border; j < 55 - border; ++j) {
      for (int k = border; k < 19 - border; ++k) {
        const std::size_t at = static_cast<std::size_t>((i * 55 + j) * 19 + k);
        top = std::max(top, static_cast<double>(reference[at]));
        d.largest = std::max(d.largest, static_cast<double>(std::abs(image[at] - reference[at])));
        squares += std::pow(reference[at], 2);
        difference += std::pow(image[at] - reference[at], 2);
      }
    }
  }
  d.largest /= top;
  d.rms = std::sqrt(difference / squares);
  return d;
}

std::filesystem::path unpacked_points_hdf5(const QTemporaryDir& folder) {
  const std::string path = folder.filePath("points.h5").toStdString();
  tests::gunzip(data_folder + "points/points_v0.7.2.h5.gz", path);
  return path;
}

/// MLEM over all data with the simulator's model: efficiencies of the file, TOF, 2.5 mm blur.
RunResult simulator_mlem(EventSource& source, int iterations, int subsets) {
  Reporter silent;
  const ImageGrid grid = simulator_grid(source.scanner());
  const MultiplicativeModel model(source.scanner(), source.efficiencies(), {});
  const Image sensitivity = sensitivity_image(model, grid, nullptr, {}, silent);
  ListmodeData data = ListmodeData::load(source, model, {.subsets = subsets}, silent);
  return osem(data, source.scanner(), sensitivity, Image(grid, 1), true,
              {.iterations = iterations, .subsets = subsets, .psf = 2.5}, silent);
}

/// Sum over the voxels within 6 mm of a point given relative to the scanner's middle, and their centre of mass.
std::pair<double, Vec3> spot(const Image& image, const Vec3& middle, const Vec3& point) {
  double sum = 0;
  std::array<double, 3> moment{};
  const ImageGrid& grid = image.grid;
  for (std::int64_t i = 0; i < grid.shape[0]; ++i) {
    for (std::int64_t j = 0; j < grid.shape[1]; ++j) {
      for (std::int64_t k = 0; k < grid.shape[2]; ++k) {
        const std::array<std::int64_t, 3> at{i, j, k};
        double distance = 0;
        std::array<double, 3> p{};
        for (std::size_t a = 0; a < 3; ++a) {
          p[a] = grid.origin_mm[a] + static_cast<double>(at[a]) * grid.voxel_size_mm[a] - middle[a];
          distance += std::pow(p[a] - point[a], 2);
        }
        if (distance < 36) {
          sum += image.at(i, j, k);
          for (std::size_t a = 0; a < 3; ++a) {
            moment[a] += p[a] * image.at(i, j, k);
          }
        }
      }
    }
  }
  return {
      sum,
      {static_cast<float>(moment[0] / sum), static_cast<float>(moment[1] / sum), static_cast<float>(moment[2] / sum)}};
}

}  // namespace

class PetsirdImagesTest : public QObject {
  Q_OBJECT

 private slots:
  void initTestCase() {
    if (!std::filesystem::exists(data_folder)) {
      QSKIP("The simulator's files are not beside this checkout.");
    }
  }

  void back_projection_of_points_data() {
    QTest::addColumn<bool>("hdf5");
    QTest::newRow("binary, newest model") << false;
    QTest::newRow("HDF5, v0.7.2") << true;
  }

  void back_projection_of_points() {
    QFETCH(const bool, hdf5);
    const QTemporaryDir folder;
    const auto source = io::open_listmode(hdf5 ? unpacked_points_hdf5(folder)
                                               : std::filesystem::path(data_folder + "points/points_head.petsird"));
    const Prompts prompts = read_prompts(*source);
    QCOMPARE(prompts.crystal_a.size(), std::size_t{399'240});
    const Scanner& scanner = source->scanner();
    const Projector projector(simulator_grid(scanner), {.boundary = BoundaryRule::upstream});
    const std::vector<float> ones(prompts.crystal_a.size(), 1.0f);

    std::vector<float> image(55 * 55 * 19, 0.0f);
    projector.back(prompts.lors(scanner), projectors::NoTof{}, ones.data(), image.data());
    const Difference non_tof = compare(image, read_npy(data_folder + "points/lm_backprojection_non_tof.npy"), 1);

    const std::vector<TofBin> bins = simulator_bins(scanner);
    // The kernel is cut at 3 sigma. Our window takes in the next plane (2 mm) beyond the cut, the simulator stops
    // before it.
    const float reach = static_cast<float>((3 * simulator_sigma_mm - 2 - bins[0].width_mm / 2) / simulator_sigma_mm);
    std::fill(image.begin(), image.end(), 0.0f);
    projector.back(prompts.lors(scanner), projectors::TofTable{bins.data(), prompts.tof_bin.data(), reach}, ones.data(),
                   image.data());
    const Difference tof = compare(image, read_npy(data_folder + "points/lm_backprojection_tof.npy"), 1);
    qInfo("largest difference / maximum: non-TOF %.1e, TOF %.1e", non_tof.largest, tof.largest);
    QVERIFY(non_tof.largest < 1e-4);
    QVERIFY(tof.largest < 1e-3);
  }

  void six_points_data() { back_projection_of_points_data(); }

  void six_points() {
    QFETCH(const bool, hdf5);
    const QTemporaryDir folder;
    const auto source = io::open_listmode(hdf5 ? unpacked_points_hdf5(folder)
                                               : std::filesystem::path(data_folder + "points/points_head.petsird"));
    const Image image = simulator_mlem(*source, 5, 6).image;
    const Vec3 middle = source->scanner().centre_mm();
    const std::vector<std::pair<Vec3, double>> points{{{-28, 0, -12}, 3}, {{-28, 0, 0}, 3}, {{0, -36, -12}, 2},
                                                      {{0, -36, 0}, 2},   {{0, 0, -12}, 4}, {{0, 0, 0}, 4}};
    double total = 0;
    for (const float value : image.values) {
      total += value;
    }
    for (const auto& [point, strength] : points) {
      const auto [sum, centre] = spot(image, middle, point);
      const double part = sum / total * 18;
      qInfo("point (%g, %g, %g) of strength %g: %.2f at (%.2f, %.2f, %.2f)", point[0], point[1], point[2], strength,
            part, centre[0], centre[1], centre[2]);
      QVERIFY(std::abs(part - strength) < 0.05 * strength);
      for (std::size_t a = 0; a < 3; ++a) {
        QVERIFY(std::abs(centre[a] - point[a]) < 0.5);
      }
    }
  }

  void sensitivity() {
    const auto source = io::open_listmode(data_folder + "cylinder/cylinder_v0.7.2.petsird");
    const ImageGrid grid = simulator_grid(source->scanner());
    Reporter silent;
    const MultiplicativeModel model(source->scanner(), source->efficiencies(), {});
    Image image = sensitivity_image(model, grid, nullptr, {}, silent);
    GaussianFilter(grid, 2.5).apply(image.values);
    const auto reference = read_npy(data_folder + "cylinder/reference_sensitivity_image.npy");
    // The blur carries the border's rule inwards. Inside, the references' sum over cut TOF kernels is not quite 1 for
    // every plane: speckle of 0.15 % rms, most where all planes have a common phase, on the axis.
    const Difference d = compare(image.values, reference, 3);
    qInfo("sensitivity: largest difference / maximum %.1e, rms %.1e", d.largest, d.rms);
    QVERIFY(d.largest < 1e-2);
    QVERIFY(d.rms < 2e-3);
  }

  void cylinder_mlem() {
    const auto source = io::open_listmode(data_folder + "cylinder/cylinder_v0.7.2.petsird");
    const RunResult result = simulator_mlem(*source, 8, 1);
    for (std::size_t i = 1; i < result.figures.size(); ++i) {
      QVERIFY(result.figures[i].log_likelihood > result.figures[i - 1].log_likelihood);
    }
    const auto reference = read_npy(data_folder + "cylinder/reference_histogram_mlem_8_epochs.npy");
    const Difference d = compare(result.image.values, reference, 3);
    double sum = 0, reference_sum = 0;
    for (std::size_t i = 0; i < reference.size(); ++i) {
      sum += result.image.values[i];
      reference_sum += reference[i];
    }
    qInfo("8 iterations of MLEM: largest difference / maximum %.1e, rms %.1e; sum %.3f, reference %.3f", d.largest,
          d.rms, sum, reference_sum);
    QVERIFY(d.rms < 0.03);
    QVERIFY(std::abs(sum / reference_sum - 1) < 0.005);
  }
};

COINCIDE_TEST_CLASS(PetsirdImagesTest)
#include "petsird_images_test.moc"
