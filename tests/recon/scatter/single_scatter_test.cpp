#include "recon/scatter/single_scatter.h"

#include <QtTest>
#include <algorithm>
#include <array>
#include <cmath>
#include <numeric>

#include "recon/resample.h"
#include "recon/scatter/scatter_sampling.h"
#include "support/detecting_cylinder.h"
#include "support/stir_histogram.h"
#include "support/stir_image.h"
#include "support/test_main.h"

namespace coincide::tests {
namespace {

using Eigen::Vector3d;
using recon::Image;
using recon::ScatterEstimate;
using recon::ScatterPoint;
using recon::VirtualCylinder;

recon::Reporter silent;

/// All energies are taken.
constexpr recon::EnergyWindow open_window{.lowest_kev = -1e6, .highest_kev = 1e6, .resolution = 0.1};

std::array<float, 3> point(const Vector3d& mm) {
  return {static_cast<float>(mm.x()), static_cast<float>(mm.y()), static_cast<float>(mm.z())};
}

VirtualCylinder cylinder(const VirtualCylinder::Size& size) {
  return {Vector3d::Zero(), Vector3d::UnitZ(), Vector3d::UnitX(), size};
}

/// A cylinder of water with a source of the same shape, off the middle.
struct Phantom {
  Image activity;
  Image attenuation;
};

Phantom water_cylinder(double radius_mm, double half_length_mm, double x_mm) {
  const recon::ImageGrid grid = recon::centred_grid({50, 50, 30}, {8, 8, 8}, {0, 0, 0});
  Phantom phantom{.activity = Image(grid, 0), .attenuation = Image(grid, 0)};
  for (std::int64_t i = 0; i < grid.shape[0]; ++i) {
    for (std::int64_t j = 0; j < grid.shape[1]; ++j) {
      for (std::int64_t k = 0; k < grid.shape[2]; ++k) {
        const double x = grid.origin_mm[0] + 8.0 * static_cast<double>(i) - x_mm;
        const double y = grid.origin_mm[1] + 8.0 * static_cast<double>(j);
        const double z = grid.origin_mm[2] + 8.0 * static_cast<double>(k);
        const bool inside = std::hypot(x, y) < radius_mm && std::abs(z) < half_length_mm;
        phantom.attenuation.at(i, j, k) = inside ? 0.096F : 0;
        phantom.activity.at(i, j, k) = inside ? (x > 0 ? 2.0F : 1.0F) : 0;
      }
    }
  }
  return phantom;
}

ScatterEstimate scatter_of(const Phantom& phantom, const VirtualCylinder& nodes, std::vector<float> sigmas_mm = {},
                           int threads = 0) {
  return recon::single_scatter(phantom.activity, phantom.attenuation, recon::scatter_points(phantom.attenuation, 25),
                               nodes,
                               {.window = {.lowest_kev = 425, .highest_kev = 650, .resolution = 0.094},
                                .sigmas_mm = std::move(sigmas_mm),
                                .num_threads = threads},
                               silent);
}

/// Lines between places that are no nodes.
template <class Visit>
void for_lines(double radius_mm, double half_length_mm, const Visit& visit) {
  for (int a = 0; a < 40; ++a) {
    for (int b = 8; b < 32; ++b) {
      for (int rise = -1; rise <= 1; ++rise) {
        const double phi_a = 0.157 * a + 0.03;
        const double phi_b = 0.157 * (a + b) + 0.05;
        visit(point({radius_mm * std::cos(phi_a), radius_mm * std::sin(phi_a), 0.4 * half_length_mm * rise}),
              point({radius_mm * std::cos(phi_b), radius_mm * std::sin(phi_b), -0.3 * half_length_mm}));
      }
    }
  }
}

}  // namespace

class SingleScatterTest : public QObject {
  Q_OBJECT

 private slots:
  /// 1 mm^3 that scatters 0.096/cm, seen from 300 mm by two faces that photons reach at 30 degrees; nothing absorbs.
  void one_point_has_the_analytic_value() {
    Image activity(recon::centred_grid({30, 5, 5}, {10, 10, 10}, {150, 0, 0}), 1.0F / 300);  // from the point to node 0
    const Image attenuation(activity.grid, 0);
    const VirtualCylinder nodes = cylinder({.radius_mm = 300, .per_ring = 12});
    const ScatterEstimate estimate = recon::single_scatter(activity, attenuation, {{Vector3d::Zero(), 0.0096}}, nodes,
                                                           {.window = open_window, .sigmas_mm = {}}, silent);
    const auto a = point(nodes.node_mm(0));
    const auto b = point(nodes.node_mm(5));
    const double q = estimate.of_lor(a.data(), b.data());
    QVERIFY2(std::abs(q / 8.1186e-8 - 1) < 1e-4, qPrintable(QString::number(q)));
    QCOMPARE(estimate.of_lor(b.data(), a.data()), q);
  }

  /// What comes from 100 mm off the point towards a is measured at -100 mm, and at 100 mm from b to a.
  void time_of_flight_is_that_of_the_way_by_the_point() {
    Image activity(recon::centred_grid({3, 5, 5}, {4, 10, 10}, {100, 0, 0}), 1);
    const Image attenuation(activity.grid, 0);
    const VirtualCylinder nodes = cylinder({.radius_mm = 300, .per_ring = 12});
    constexpr float sigma_mm = 20;
    const ScatterEstimate estimate = recon::single_scatter(activity, attenuation, {{Vector3d::Zero(), 0.0096}}, nodes,
                                                           {.window = open_window, .sigmas_mm = {sigma_mm}}, silent);
    const auto a = point(nodes.node_mm(0));
    const auto b = point(nodes.node_mm(5));
    std::array<double, 3> forward{};
    std::array<double, 3> back{};
    for (int bin = -120; bin <= 120; ++bin) {
      const projectors::TofBin tof{.centre_mm = 2.0F * static_cast<float>(bin), .width_mm = 2, .sigma_mm = sigma_mm};
      const double ab = estimate.of_bin(a.data(), b.data(), tof);
      const double ba = estimate.of_bin(b.data(), a.data(), tof);
      for (int power = 0; power < 3; ++power) {
        forward[static_cast<std::size_t>(power)] += ab * std::pow(tof.centre_mm, power);
        back[static_cast<std::size_t>(power)] += ba * std::pow(tof.centre_mm, power);
      }
    }
    QVERIFY(std::abs(forward[1] / forward[0] + 100) < 1);
    QVERIFY(std::abs(back[1] / back[0] - 100) < 1);
    const double width_mm = std::sqrt(forward[2] / forward[0] - std::pow(forward[1] / forward[0], 2));
    QVERIFY2(std::abs(width_mm - sigma_mm) < 1, qPrintable(QString::number(width_mm)));
    QVERIFY(std::abs(forward[0] / estimate.of_lor(a.data(), b.data()) - 1) < 1e-4);
  }

  /// Photons that are followed one by one, of a source beside the axis: in all, by distance of the LORs and by TOF bin.
  void is_what_photons_do() {
    const recon::Phantom phantom{
        "beside the axis",
        {{recon::ShapeKind::elliptic_cylinder, "water", {}, {100, 100, 100}, 0, 0.096},
         {recon::ShapeKind::elliptic_cylinder, "source", {60, 0, 0}, {15, 15, 80}, 1000, 0.096}}};
    const DetectingCylinder detector;
    const ScatterProfile photons = monte_carlo_scatter(phantom, detector, 300).once;
    const ScatterProfile simulated = simulated_single_scatter(phantom, detector);
    // Of 30,000 photons: 0.6 % of the total, 1.1 % of a sixth of them.
    const auto agree = [](double right, double found, double tolerance) {
      return right > 0 && std::abs(found / right - 1) < tolerance;
    };
    QVERIFY(agree(photons.total, simulated.total, 0.015));
    for (std::size_t i = 0; i < 6; i += 2) {  // 40 mm
      QVERIFY(agree(photons.by_distance[i] + photons.by_distance[i + 1],
                    simulated.by_distance[i] + simulated.by_distance[i + 1], 0.03));
    }
    const double most = std::ranges::max(photons.by_bin);
    for (std::size_t bin = 0; bin < ScatterProfile::num_bins; ++bin) {
      QVERIFY(photons.by_bin[bin] < 0.2 * most || agree(photons.by_bin[bin], simulated.by_bin[bin], 0.04));
    }
  }

  /// Where a person's sampling would miss a twentieth.
  void is_what_photons_do_in_a_small_bore() {
    const recon::Phantom phantom{"", {{recon::ShapeKind::elliptic_cylinder, "water", {}, {55, 55, 32}, 1000, 0.096}}};
    const DetectingCylinder detector{.radius_mm = 90, .half_length_mm = 37, .window = {435, 650, 0.12}};
    const double photons = monte_carlo_scatter(phantom, detector, 100).once.total;  // known to 0.7 %
    QVERIFY(std::abs(simulated_single_scatter(phantom, detector).total / photons - 1) < 0.02);
  }

  /// Nodes as far apart as they are used against three times as many.
  void interpolation_between_nodes_is_fine_enough() {
    const Phantom phantom = water_cylinder(100, 60, 30);
    const ScatterEstimate usual = scatter_of(phantom, cylinder({.radius_mm = 380, .half_length_mm = 100, .rings = 5}));
    const ScatterEstimate fine =
        scatter_of(phantom, cylinder({.radius_mm = 380, .half_length_mm = 100, .per_ring = 112, .rings = 7}));
    std::vector<std::pair<double, double>> pairs;
    for_lines(400, 110, [&](const auto& a, const auto& b) {
      pairs.emplace_back(usual.of_lor(a.data(), b.data()), fine.of_lor(a.data(), b.data()));
    });
    const double most = std::ranges::max(pairs, {}, &std::pair<double, double>::second).second;
    double sum = 0;
    int count = 0;
    for (const auto& [found, right] : pairs) {
      if (right > 0.05 * most) {
        sum += std::pow(found / right - 1, 2);
        ++count;
      }
    }
    QVERIFY(count > 500);
    QVERIFY2(std::sqrt(sum / count) < 0.03, qPrintable(QString::number(std::sqrt(sum / count))));
  }

  void cells_neither_make_nor_lose_scatter() {
    const Phantom phantom = water_cylinder(100, 100, 30);
    const auto weight = [&](double cell_mm) {
      const std::vector<ScatterPoint> points = recon::scatter_points(phantom.attenuation, cell_mm);
      return std::accumulate(points.begin(), points.end(), 0.0,
                             [](double sum, const ScatterPoint& p) { return sum + p.weight_mm2; });
    };
    const double exact =
        0.998 / 10 * 512 * std::accumulate(phantom.attenuation.values.begin(), phantom.attenuation.values.end(), 0.0);
    QVERIFY(std::abs(weight(25) / exact - 1) < 1e-6);
    QVERIFY(std::abs(weight(60) / exact - 1) < 1e-6);
  }

  /// Any number of planes, and of a source towards one end.
  void coarse_images_lie_where_the_fine_ones_do() {
    const auto centroid_mm = [](const Image& image) {
      double sum = 0;
      double moment = 0;
      for (std::size_t i = 0; i < image.values.size(); ++i) {
        const auto plane = static_cast<double>(static_cast<std::int64_t>(i) % image.grid.shape[2]);
        sum += image.values[i];
        moment += image.values[i] * (image.grid.origin_mm[2] + plane * image.grid.voxel_size_mm[2]);
      }
      return moment / sum;
    };
    for (std::int64_t planes = 5; planes <= 47; ++planes) {
      Image fine(recon::centred_grid({9, 9, planes}, {4, 4, 3.27F}, {0, 0, 40}), 1);
      for (std::size_t i = 0; i < fine.values.size(); ++i) {
        fine.values[i] = 1 + static_cast<float>(static_cast<std::int64_t>(i) % planes);
      }
      const Image coarse = recon::resampled(fine, recon::coarse_grid(fine.grid, 8), 0);
      QVERIFY(std::abs(centroid_mm(coarse) - centroid_mm(fine)) < 1);
    }
  }

  /// Scanners whose axis is x, and lines that are measured from the other end.
  void direction_of_the_axis_does_not_matter() {
    const Phantom phantom = water_cylinder(80, 80, 0);
    Phantom lying{.activity = Image(recon::centred_grid({30, 50, 50}, {8, 8, 8}, {0, 0, 0}), 0), .attenuation = {}};
    lying.attenuation = lying.activity;
    for (std::int64_t i = 0; i < 50; ++i) {
      for (std::int64_t j = 0; j < 50; ++j) {
        for (std::int64_t k = 0; k < 30; ++k) {
          lying.activity.at(k, i, j) = phantom.activity.at(i, j, k);
          lying.attenuation.at(k, i, j) = phantom.attenuation.at(i, j, k);
        }
      }
    }
    const VirtualCylinder::Size size{.radius_mm = 380, .half_length_mm = 100, .per_ring = 32, .rings = 3};
    const ScatterEstimate upright = scatter_of(phantom, cylinder(size));
    const ScatterEstimate turned = scatter_of(lying, {Vector3d::Zero(), Vector3d::UnitX(), Vector3d::UnitY(), size});
    for_lines(400, 110, [&](const auto& a, const auto& b) {
      const std::array<float, 3> a_lying{a[2], a[0], a[1]};
      const std::array<float, 3> b_lying{b[2], b[0], b[1]};
      const double expected = upright.of_lor(a.data(), b.data());
      QVERIFY(std::abs(turned.of_lor(b_lying.data(), a_lying.data()) - expected) <= 1e-4 * expected + 1e-12);
    });
  }

  void threads_do_not_change_the_bits() {
    const Phantom phantom = water_cylinder(60, 40, 0);
    const VirtualCylinder nodes = cylinder({.radius_mm = 380, .half_length_mm = 50, .per_ring = 24, .rings = 2});
    const ScatterEstimate one = scatter_of(phantom, nodes, {25}, 1);
    const ScatterEstimate three = scatter_of(phantom, nodes, {25}, 3);
    for_lines(400, 60, [&](const auto& a, const auto& b) {
      const projectors::TofBin bin{.centre_mm = 30, .width_mm = 40, .sigma_mm = 25};
      QCOMPARE(one.of_bin(a.data(), b.data(), bin), three.of_bin(a.data(), b.data(), bin));
    });
  }

  /// Another program's scatter with its own points, whose constant is 1 / 0.8378 of the physical one and whose emission
  /// is per voxel of 5 mm.
  void agrees_with_stir() {
    const std::filesystem::path folder = COINCIDE_SHARED_DATA "/stir/scatter";
    if (!std::filesystem::exists(folder)) {
      QSKIP("the files of other programs are not here");
    }
    const Image activity = read_stir_image(folder / "emission.hv");
    const Image attenuation = read_stir_image(folder / "mumap.hv");
    const recon::Histogram stir = read_stir_histogram(folder / "scatter.hs");
    const VirtualCylinder nodes = cylinder({.radius_mm = 327, .half_length_mm = 75, .per_ring = 72, .rings = 16});
    const ScatterEstimate estimate = recon::single_scatter(
        activity, attenuation, recon::scatter_points(attenuation, 20), nodes,
        {.window = {.lowest_kev = 425, .highest_kev = 650, .resolution = 0.15}, .sigmas_mm = {}}, silent);
    std::vector<double> ours;
    for (std::size_t lor = 0; lor < stir.start.size(); ++lor) {
      ours.push_back(estimate.of_lor(stir.point_mm[stir.start[lor]].data(), stir.point_mm[stir.end[lor]].data()) / 5 /
                     0.8378);
    }
    const double total = std::accumulate(ours.begin(), ours.end(), 0.0);
    const double of_stir = std::accumulate(stir.counts.begin(), stir.counts.end(), 0.0);
    double squares = 0;
    for (std::size_t lor = 0; lor < ours.size(); ++lor) {
      squares += std::pow(ours[lor] * of_stir / total - stir.counts[lor], 2);
    }
    const double rms =
        std::sqrt(squares / static_cast<double>(ours.size())) / (of_stir / static_cast<double>(ours.size()));
    qInfo("total over STIR's %.4f, rms of the mean %.2f %%", total / of_stir, 100 * rms);
    QVERIFY2(total / of_stir > 0.98 && total / of_stir < 1.05, qPrintable(QString::number(total / of_stir)));
    QVERIFY2(rms < 0.05, qPrintable(QString::number(rms)));
  }
};

COINCIDE_TEST_CLASS(SingleScatterTest)

}  // namespace coincide::tests

#include "single_scatter_test.moc"
