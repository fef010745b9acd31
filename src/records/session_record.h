#pragma once

#include "base/clock.h"
#include "base/ids.h"
#include "base/result.h"

#include <array>
#include <cstdint>
#include <string>
#include <string_view>

namespace coffer::records {

using SessionId = Id128<struct SessionTag>;

/// A session as stored, under a key that holds the SHA-256 of its token (docs/formats/identity.md):
///   session = 1 id:raw16 user-id:raw16 created:time last-seen:time password-mark:raw8
///             address:bytes user-agent:bytes
struct SessionRecord {
  SessionRecord() = default;  ///< no aggregate: g++ 12 destroys those twice beside a co_await
  SessionId id;
  UserId user;
  Timestamp created;
  Timestamp last_seen;
  /// Of the password that the session was begun under: another one ends it.
  std::array<char, 8> password_mark{};
  std::string address;     ///< of the client that signed in
  std::string user_agent;  ///< that it sent then, cut short
  bool operator==(const SessionRecord&) const = default;
};

std::string encode(const SessionRecord& record);
/// Corrupt when these are not the bytes of a session, NewerFormat when a later release wrote them.
Result<SessionRecord> decode_session(std::string_view bytes);

}  // namespace coffer::records
