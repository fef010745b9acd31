#pragma once

#include "auth/operation.h"
#include "base/clock.h"
#include "base/ids.h"

#include <bitset>
#include <optional>
#include <string>
#include <vector>

namespace coffer::auth {

struct Access;

/// What a temporary credential is narrowed to (cloudflare-api.md section 5): its rights are those
/// of its parent token and of this, both at the moment of the request. Immutable once made.
struct TemporaryScope {
  AccountId account;
  Jurisdiction jurisdiction = Jurisdiction::Default;  ///< that of `aud`
  std::string bucket;
  /// What the claim `scope` grants; everything a parent can have when there is only `actions`.
  ActionSet actions;
  /// The claim `actions`: nothing but these operations.
  std::optional<std::bitset<static_cast<std::size_t>(kOperationCount)>> operations;
  /// The claim `paths`, nfc. Without it every key of the bucket is inside.
  struct Paths {
    std::vector<std::string> prefixes;
    std::vector<std::string> objects;
  };
  std::optional<Paths> paths;
  Timestamp expires;

  /// Whether `access` lies inside: account, jurisdiction, bucket, action, operation, and with paths
  /// the key, or for a listing the prefix, which must begin with an allowed one. Of the bucket
  /// itself, paths leave only what reveals no key. Says nothing about time.
  bool admits(const Access& access) const;
};

}  // namespace coffer::auth
