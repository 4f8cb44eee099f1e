#pragma once

#include <filesystem>

namespace coincide::projectors {

/// Cores that a container (quota of its control groups) or a batch system (SLURM_CPUS_PER_TASK) leaves this process,
/// beside what OpenMP knows of itself: more threads than that would stop each other. A part of a core counts as one.
/// Without limits more than any machine has.
int allowed_cores();

/// By the quotas alone. `membership`: as /proc/self/cgroup; `mount`: as /sys/fs/cgroup, of version 2 or 1.
int cores_of_quota(const std::filesystem::path& membership, const std::filesystem::path& mount);

}  // namespace coincide::projectors
