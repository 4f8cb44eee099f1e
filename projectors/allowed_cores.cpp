#include "projectors/allowed_cores.h"

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <fstream>
#include <limits>
#include <string>

namespace coincide::projectors {
namespace {

namespace fs = std::filesystem;

constexpr int no_limit = std::numeric_limits<int>::max();

int cores(double quota, double period) {
  return quota > 0 && period > 0 ? static_cast<int>(std::clamp(std::ceil(quota / period), 1.0, 1e6)) : no_limit;
}

/// "max 100000" or "150000 100000", in microseconds.
int of_version_2(const fs::path& group) {
  std::ifstream file(group / "cpu.max");
  double quota = 0, period = 0;
  return file >> quota >> period ? cores(quota, period) : no_limit;
}

int of_version_1(const fs::path& group) {
  std::ifstream quota_file(group / "cpu.cfs_quota_us"), period_file(group / "cpu.cfs_period_us");
  double quota = 0, period = 0;
  return quota_file >> quota && period_file >> period ? cores(quota, period) : no_limit;
}

/// Of a group and all that it lies in. In a container the mount may begin at its own group.
template <class Limit>
int least_on_the_way(const fs::path& mount, const fs::path& group, const Limit& limit) {
  int least = limit(mount);
  fs::path at = mount;
  for (const fs::path& part : group.relative_path()) {
    at /= part;
    least = std::min(least, limit(at));
  }
  return least;
}

}  // namespace

int cores_of_quota(const fs::path& membership, const fs::path& mount) {
  int least = no_limit;
  std::ifstream file(membership);
  for (std::string line; std::getline(file, line);) {  // "0::/a/b" or "4:cpu,cpuacct:/a/b"
    const std::size_t first = line.find(':'), second = line.find(':', first + 1);
    if (second == std::string::npos) {
      continue;
    }
    std::string controllers = ",";
    controllers.append(line, first + 1, second - first - 1).push_back(',');
    const fs::path group = line.substr(second + 1);
    if (controllers == ",,") {
      least = std::min(least, least_on_the_way(mount, group, of_version_2));
    } else if (controllers.find(",cpu,") != std::string::npos) {
      least = std::min(least, least_on_the_way(mount / "cpu", group, of_version_1));
    }
  }
  return least;
}

int allowed_cores() {
  static const int of_quota = cores_of_quota("/proc/self/cgroup", "/sys/fs/cgroup");
  const char* of_task = std::getenv("SLURM_CPUS_PER_TASK");
  const int number = of_task != nullptr ? std::atoi(of_task) : 0;
  return number > 0 ? std::min(of_quota, number) : of_quota;
}

}  // namespace coincide::projectors
