#pragma once

#include "auth/token.h"
#include "base/result.h"

#include <string>
#include <string_view>

namespace coffer::auth {

/// A resource as Cloudflare's API spells it (cloudflare-api.md 2.3): one member of the `resources`
/// object of a policy.
///
///   one account                 "com.cloudflare.api.account.<account>": "*"
///   one bucket                  "com.cloudflare.edge.r2.bucket.<account>_<jurisdiction>_<bucket>":
///   "*" all buckets of an account   "com.cloudflare.api.account.<account>":
///                                   {"com.cloudflare.edge.r2.bucket.*": "*"}
struct ResourceName {
  std::string name;
  std::string nested;  ///< the member of the nested object; empty when the value is "*" itself
  bool operator==(const ResourceName&) const = default;
};

ResourceName print_resource(const PolicyResource& resource);

/// The resource of a member `name` whose value is "*" (`nested` empty) or {nested: "*"}.
/// InvalidArgument, in words for the client, when it names anything that Coffer does not have:
/// every account, buckets without an account, zones, an unknown jurisdiction, an impossible bucket
/// name.
Result<PolicyResource> parse_resource(std::string_view name, std::string_view nested = {});

}  // namespace coffer::auth
