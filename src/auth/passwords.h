#pragma once

#include "base/offload.h"
#include "base/random.h"
#include "base/result.h"
#include "base/task.h"

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace coffer::auth {

inline constexpr std::size_t kPasswordBytesMin = 12;
inline constexpr std::size_t kPasswordBytesMax = 1024;

/// What a hash costs; the defaults are what OWASP asks of argon2id at the least.
struct PasswordCost {
  std::uint32_t memory_kib = 19 * 1024;
  std::uint32_t passes = 2;
};

/// Hashes and checks passwords by argon2id (RFC 9106), in its PHC form. Each takes tens of
/// milliseconds and 19 MiB, on `pool`, whose threads so bound the memory: give it few. A full pool
/// is SlowDown. Thread-safe.
class Passwords {
 public:
  Passwords(WorkPool& pool, Random& random, PasswordCost cost = {})
      : pool_(pool), random_(random), cost_(cost) {}

  /// InvalidArgument, with a message for the client, when it is too short or too long.
  static Result<> check(std::string_view password);

  /// `password`: as `check` wants it.
  Task<Result<std::string>> hash(std::string password);
  /// Unauthorized when it is not the one. With an empty hash nobody's is, and that takes as long.
  Task<Result<>> verify(std::string password, std::string hash);

 private:
  WorkPool& pool_;
  Random& random_;
  const PasswordCost cost_;
};

}  // namespace coffer::auth
