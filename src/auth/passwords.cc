#include "auth/passwords.h"

#include <argon2.h>

#include <array>

namespace coffer::auth {
namespace {

constexpr std::size_t kSaltBytes = 16;
constexpr std::size_t kHashBytes = 32;
constexpr std::uint32_t kLanes = 1;

Result<std::string> hash_now(const std::string& password, std::string_view salt,
                             const PasswordCost& cost) {
  const std::size_t length =
      ::argon2_encodedlen(cost.passes, cost.memory_kib, kLanes, kSaltBytes, kHashBytes, Argon2_id);
  std::string encoded(length, '\0');
  const int status = ::argon2id_hash_encoded(cost.passes, cost.memory_kib, kLanes, password.data(),
                                             password.size(), salt.data(), salt.size(), kHashBytes,
                                             encoded.data(), encoded.size());
  if (status != ARGON2_OK) {
    return make_error(ErrorCode::Internal,
                      std::string("argon2: ") + ::argon2_error_message(status));
  }
  encoded.resize(encoded.find('\0'));
  return encoded;
}

Error wrong_password() { return make_error(ErrorCode::Unauthorized, "the password is wrong"); }

}  // namespace

Result<> Passwords::check(std::string_view password) {
  if (password.size() < kPasswordBytesMin || password.size() > kPasswordBytesMax) {
    return Error::with_message(ErrorCode::InvalidArgument,
                               "a password must have " + std::to_string(kPasswordBytesMin) +
                                   " to " + std::to_string(kPasswordBytesMax) + " bytes");
  }
  return ok();
}

Task<Result<std::string>> Passwords::hash(std::string password) {
  CO_TRY_VOID(check(password));
  std::array<std::byte, kSaltBytes> salt{};
  random_.fill(salt);
  std::string encoded;
  std::function<Result<>()> work = [this, &password, &salt, &encoded]() -> Result<> {
    const std::string_view text(reinterpret_cast<const char*>(salt.data()), salt.size());
    TRY(encoded, hash_now(password, text, cost_));
    return ok();
  };
  CO_TRY_VOID(co_await offload(pool_, std::move(work)));
  co_return encoded;
}

Task<Result<>> Passwords::verify(std::string password, std::string hash) {
  // What cannot be anybody's is not worth 19 MiB.
  if (password.empty() || password.size() > kPasswordBytesMax) co_return wrong_password();
  std::function<Result<>()> work = [this, &password, &hash]() -> Result<> {
    if (hash.empty()) {
      TRY_VOID(hash_now(password, std::string(kSaltBytes, '0'), cost_));
      return wrong_password();
    }
    const int status = ::argon2id_verify(hash.c_str(), password.data(), password.size());
    if (status == ARGON2_OK) return ok();
    if (status == ARGON2_VERIFY_MISMATCH) return wrong_password();
    return make_error(ErrorCode::Corrupt,
                      std::string("password hash: ") + ::argon2_error_message(status));
  };
  co_return co_await offload(pool_, std::move(work));
}

}  // namespace coffer::auth
