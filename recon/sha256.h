#pragma once

#include <cstddef>
#include <memory>
#include <string>

struct evp_md_ctx_st;

namespace coincide::recon {

/// SHA-256 of bytes that come in parts. Throws Error if the system's cryptographic library cannot.
class Sha256 {
 public:
  Sha256();
  void add(const void* bytes, std::size_t count);
  /// 64 hexadecimal digits of all that was added; nothing may be added after that.
  std::string digits();

 private:
  std::unique_ptr<evp_md_ctx_st, void (*)(evp_md_ctx_st*)> context_;
};

}  // namespace coincide::recon
