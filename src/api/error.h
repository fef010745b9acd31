#pragma once

#include "base/error.h"
#include "http/message.h"

#include <cstdint>
#include <string>
#include <string_view>

namespace coffer::api {

/// Which part of Cloudflare's API a route belongs to. The same refusal looks different in each, and
/// clients branch on it (cloudflare-api.md 1.4).
enum class Family : std::uint8_t {
  Verify,   ///< the two routes that verify a token
  Core,     ///< accounts, users, memberships
  Iam,      ///< tokens, permission groups, roles, members
  Product,  ///< R2 and everything else
};

/// How one code looks in this API.
struct ErrorRow {
  int status;
  int code;
  std::string_view message;  ///< unless the error brings words of its own
};

/// The one table from our codes to Cloudflare's (cloudflare-api.md 1.4, 2.5, 3.1). Total.
ErrorRow error_row(ErrorCode code, Family family);

/// An error with a number of its own, where a situation has one that the table cannot know. The
/// HTTP status is still the table's for `code`.
Error error_with_code(ErrorCode code, int number, std::string message);
/// Adds an item to the error's `error_chain`.
Error& add_chained(Error& error, int number, std::string message);

/// The envelope of a failure.
http::Response error_response(const Error& error, Family family);
/// The same for what no ErrorCode says: an unknown route, a method, a Host.
http::Response error_response(int status, int number, std::string_view message);

}  // namespace coffer::api
