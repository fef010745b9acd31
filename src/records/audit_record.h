#pragma once

#include "base/clock.h"
#include "base/ids.h"
#include "base/result.h"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace coffer::records {

/// Who changed something, and from where.
struct Actor {
  enum class Kind : std::uint8_t {
    System = 1,    ///< the server itself: its first start
    Operator = 2,  ///< the control socket, or a command on a stopped server
    Token = 3,
    User = 4,
  };
  Actor() = default;  ///< no aggregate: g++ 12 destroys those twice beside a co_await
  Kind kind = Kind::System;
  std::optional<TokenId> token;  ///< of Kind::Token
  std::optional<UserId> user;    ///< of Kind::User, and whom a user-owned token belongs to
  std::string email;             ///< of `user`, then
  std::string address;           ///< of the client; empty when there is none
  std::string interface;         ///< "API", "S3", "CLI", "" for the system
  std::string request_id;
  bool operator==(const Actor&) const = default;
};

/// One entry of the audit log: a change of identity or of a bucket's configuration, written in the
/// commit that makes it. Never holds a secret.
struct AuditEntry {
  AuditEntry() = default;  ///< no aggregate, as Actor
  AuditId id;
  Timestamp time;
  std::optional<AccountId> account;  ///< none: of a user, or of the installation
  Actor actor;
  std::string action;         ///< "CreateBucket", "token_create"
  std::string resource_type;  ///< "r2.bucket", "token", "account", "user", "member"
  std::string resource_id;    ///< id or bucket name
  std::string before;         ///< JSON; empty when there was nothing
  std::string after;          ///< JSON; empty when nothing is left
  bool operator==(const AuditEntry&) const = default;
};

std::string encode(const AuditEntry& entry);
/// Corrupt when these are not the bytes of an entry, NewerFormat when a later release wrote them.
Result<AuditEntry> decode_audit_entry(std::string_view bytes);

/// Where an entry lies in family Queue of its partition: "audit/", the account (16 bytes, zero when
/// none), the time counted backwards (8 bytes), the id with every bit turned. So a scan meets the
/// newest first, and of one millisecond the greatest id first.
std::string audit_key(const AuditEntry& entry);
/// The keys of an account's entries in [since, before) are those in [audit_key_from(account,
/// before), audit_key_end(account, since)): newest first.
std::string audit_key_from(std::optional<AccountId> account, std::optional<Timestamp> before);
std::string audit_key_end(std::optional<AccountId> account, std::optional<Timestamp> since);

}  // namespace coffer::records
