#pragma once

#include "api/call.h"

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

namespace coffer::api {

/// The body of an object or a part on its way in: counted, so that one without a declared length
/// ends at the limit too, and asked about once more before it is committed. Borrows the call and
/// its accesses; both outlive the store's call.
class ObjectBody final : public store::UploadBody {
 public:
  struct Limit {
    std::uint64_t bytes;
    std::string_view message;  ///< what the client reads of more than that
  };
  ObjectBody(const Call& call, const std::vector<auth::Access>& accesses, Limit limit)
      : call_(call), accesses_(accesses), limit_(limit) {}

  /// EntityTooLarge when the client declares too much; nothing is read for it.
  Result<> check_declared() const {
    if (call_.request.content_length.value_or(0) > limit_.bytes) return too_large();
    return ok();
  }

  Task<Result<std::size_t>> read(MutableBytes out) override {
    Result<std::size_t> count = co_await call_.request.body->read(out);
    if (!count) co_return count;
    received_ += *count;
    if (received_ > limit_.bytes) co_return too_large();
    co_return count;
  }

  Result<store::Checksum> settle(const Md5Digest&) override {
    TRY_VOID(call_.authorize(accesses_));
    return store::Checksum();
  }

  std::optional<std::uint64_t> size_bytes() const override {
    if (call_.request.has_body) return call_.request.content_length;
    return 0;
  }

 private:
  Error too_large() const {
    return Error::with_message(ErrorCode::EntityTooLarge, std::string(limit_.message));
  }

  const Call& call_;
  const std::vector<auth::Access>& accesses_;
  const Limit limit_;
  std::uint64_t received_ = 0;
};

}  // namespace coffer::api
