#pragma once

#include "base/ids.h"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace coffer::s3 {

/// What a request is addressed to, read from its host and its raw path. Nothing is validated yet:
/// names that cannot exist are refused where their existence would be looked at.
struct Target {
  enum class Level : std::uint8_t { Account, Bucket, Object };
  Level level = Level::Account;
  std::optional<AccountId> account;  ///< named by the host; else the access key's
  bool bucket_in_host = false;
  std::string bucket;   ///< decoded once
  std::string raw_key;  ///< as on the wire
  /// InvalidObjectName when it is malformed, not UTF-8, or too long.
  Result<ObjectKey> key() const;
};

/// `host` is lower case, with or without a port; `path` begins with `/`. A host
/// `[<bucket>.]<account>[.<jurisdiction>].<suffix>` under one of `suffixes` names what it says (the
/// suffix alone names nothing); every other host is path-style. InvalidRequest when a host under a
/// suffix has another form, or names another jurisdiction than the listener's, `pinned`.
Result<Target> parse_target(std::string_view host, std::string_view path,
                            const std::vector<std::string>& suffixes, Jurisdiction pinned);

}  // namespace coffer::s3
