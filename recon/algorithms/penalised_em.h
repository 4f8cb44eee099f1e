#pragma once

#include "recon/algorithms/penalised.h"

namespace coincide::recon {

/// One step late: x <- x B_k / (s_k + strength grad R(x) / n). For comparison with other programs: with subsets it ends
/// in a cycle of images, and strong priors are held down. Source: Green, IEEE Trans. Med. Imaging 9(1), 1990.
class OneStepLate final : public Penalised {
 public:
  using Penalised::Penalised;

 private:
  bool later_step(Engine& engine, State& state, const GoOn& go_on) override;
};

/// x <- P[x + 1 / (1 + 0.1 e) (x + d) / s (n (B_k - s_k) - strength grad R(x))] in pass e after the first, d a
/// thousandth of the typical value; converges, slowly. Source: De Pierro and Yamagishi 2001; Ahn and Fessler, IEEE
/// Trans. Med. Imaging 22(5), 2003.
class Bsrem final : public Penalised {
 public:
  using Penalised::Penalised;

 private:
  bool later_step(Engine& engine, State& state, const GoOn& go_on) override;
};

}  // namespace coincide::recon
