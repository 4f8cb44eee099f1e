#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <vector>

namespace coincide::recon {

/// Factors of LORs between crystals, one by one, where a file lists them: 8 bytes a LOR.
class LorTable {
 public:
  using Add = std::function<void(std::uint32_t crystal_a, std::uint32_t crystal_b, float factor)>;

  /// `visit` hands every LOR to the function that it is given, in either order of its crystals, and is called twice;
  /// the factors of a LOR that comes several times are summed. Throws InputError for a crystal that is not below
  /// `num_crystals`, and for a factor that is negative or not finite.
  LorTable(std::size_t num_crystals, bool with_attenuation, const std::function<void(const Add&)>& visit);

  std::size_t num_crystals() const { return rows_.size() - 1; }
  /// The factors hold exp(-integral of mu).
  bool with_attenuation() const { return with_attenuation_; }
  std::size_t num_lors() const { return partners_.size(); }
  /// 0 for a LOR that is not listed.
  float factor(std::uint32_t crystal_a, std::uint32_t crystal_b) const;

  /// The LORs of crystal a with higher ones are partners() and factors() from rows()[a] to rows()[a + 1], ascending.
  const std::vector<std::uint64_t>& rows() const { return rows_; }
  const std::vector<std::uint32_t>& partners() const { return partners_; }
  const std::vector<float>& factors() const { return factors_; }

 private:
  void fill(const std::function<void(const Add&)>& visit);
  void sort_rows();

  bool with_attenuation_;
  std::vector<std::uint64_t> rows_;
  std::vector<std::uint32_t> partners_;
  std::vector<float> factors_;
};

}  // namespace coincide::recon
