#pragma once

#include "auth/token.h"
#include "base/clock.h"
#include "base/ids.h"
#include "base/ip_address.h"
#include "base/result.h"

#include <boost/json/object.hpp>

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace coffer::app {

/// InvalidArgument with these words.
Error bad_argument(std::string text);

/// Reads the arguments of one command. An argument that is missing, null or empty is not given.
/// Errors are InvalidArgument in terms of the command line's flags. Borrows the object.
class CommandArguments {
 public:
  explicit CommandArguments(const boost::json::object& object) : object_(object) {}

  std::optional<std::string> text(std::string_view name) const;
  Result<std::string> required(std::string_view name) const;
  std::vector<std::string> texts(std::string_view name) const;

  /// `--access-key`, which is required.
  Result<TokenId> token() const;
  /// Each `--permission`, of which there must be one: a preset, or a permission group by name or
  /// id.
  Result<std::vector<const auth::PermissionGroup*>> permission_groups() const;
  /// Decimal digits, perhaps with K, M, G or T for powers of 1024.
  Result<std::optional<std::uint64_t>> number(std::string_view name) const;
  /// "true" or "false"; false when absent.
  Result<bool> boolean(std::string_view name) const;
  /// `--jurisdiction`, or the default one.
  Result<Jurisdiction> jurisdiction() const;
  /// `--bucket`, each NAME or JURISDICTION/NAME.
  Result<std::vector<std::pair<Jurisdiction, BucketName>>> scoped_buckets() const;
  /// `--location` in upper case, or empty.
  Result<std::string> location() const;
  Result<std::optional<Timestamp>> time(std::string_view name) const;
  Result<std::vector<IpNetwork>> networks(std::string_view name) const;

 private:
  const boost::json::object& object_;
};

}  // namespace coffer::app
