#pragma once

#include "api/envelope.h"
#include "api/error.h"
#include "auth/operation.h"
#include "base/result.h"
#include "base/task.h"
#include "records/request_counts.h"

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace coffer::api {

class Call;

/// Serves one request of a route: authenticated, its path parameters decoded. What it may do is its
/// own first question (`Call::authorize`).
using Handler = Task<Result<Reply>> (*)(Call&);

/// A query parameter or header of a route, for the OpenAPI document.
struct Parameter {
  std::string_view name;
  std::string_view schema = "string";  ///< in the notation of openapi.h
  std::string_view description = {};
  bool header = false;
  bool required = false;
};

/// How lists of a route go on; its parameters and `result_info` are documented from this.
enum class Paging : std::uint8_t { None, Pages, Cursor };

/// What a route does with a body. JSON is read whatever its Content-Type says: wrangler sends it as
/// text/plain (cloudflare-api.md section 0, item 2).
enum class Body : std::uint8_t {
  None,          ///< ignored when there is one
  Json,          ///< required
  OptionalJson,  ///< nothing is the same as {}
  Bytes,         ///< an object's
};

enum class Authentication : std::uint8_t {
  Required,
  /// Of the verify routes: a token that exists and is disabled, expired or not valid yet comes
  /// through.
  KnownToken,
  None,
};

/// One operation of the API. The table of them is the router, the OpenAPI document and the table in
/// docs/COMPATIBILITY.md at once.
struct Route {
  std::string_view method;
  /// Below /client/v4. `{name}` is one segment, `{name...}` at the end all that is left, slashes
  /// included. What is called `*_id` has 32 lower-case hex digits.
  std::string_view pattern;
  std::string_view operation_id;
  std::string_view summary;
  Family family = Family::Core;
  Handler handler = nullptr;
  bool ours = false;  ///< not Cloudflare's: `x-coffer-extension` in the OpenAPI document
  /// Below an account that must have R2 enabled: NotEntitled (10042) otherwise.
  bool needs_r2 = false;
  bool tickets = false;  ///< a browser may load it by a ticket (session_cookie.h)
  Authentication authentication = Authentication::Required;
  /// What its requests are counted as in the account's usage; none: they are not.
  std::optional<records::RequestKind> counted_as = std::nullopt;
  auth::ActionSet actions = {};  ///< all of them are needed; shown in the documents
  std::span<const Parameter> parameters = {};
  Paging paging = Paging::None;
  Body body = Body::None;
  std::string_view body_schema = {};    ///< in the notation of openapi.h
  std::string_view result_schema = {};  ///< of `result`; empty: an object
};

/// Path parameters, decoded once; `+` stays `+`.
using PathParameters = std::vector<std::pair<std::string_view, std::string>>;

/// Finds the route of a request. Immutable once made.
///
/// A path is split at the literal `/` of its raw form; each segment is decoded after that, so that
/// %2F is part of a segment. Clients send keys both with `/` and with %2F (cloudflare-api.md
/// section 0, item 1). A literal segment goes before a parameter in the same place.
class Router {
 public:
  explicit Router(std::vector<const Route*> routes);

  struct Match {
    const Route* route = nullptr;  ///< null: none
    PathParameters parameters;
    /// The path is one of ours, only not with this method: what Allow lists.
    std::vector<std::string_view> allowed_methods;
  };
  /// `path`: raw, below /client/v4, beginning with `/`. InvalidObjectName, InvalidBucketName or
  /// RouteNotFound for a parameter that cannot be decoded.
  Result<Match> match(std::string_view method, std::string_view path) const;
  const std::vector<const Route*>& routes() const { return routes_; }

 private:
  std::vector<const Route*> routes_;  ///< most literal first
};

/// Every route, family by family.
std::vector<const Route*> all_routes();

/// "Could not route to <path>, perhaps your object identifier is invalid?", in ASCII.
std::string no_route_message(std::string_view path);

// One table for each file of routes.
std::span<const Route> user_routes();                  // user.cc
std::span<const Route> session_routes();               // session.cc
std::span<const Route> account_routes();               // accounts.cc
std::span<const Route> member_routes();                // members.cc
std::span<const Route> token_routes();                 // tokens.cc
std::span<const Route> bucket_routes();                // buckets.cc
std::span<const Route> object_routes();                // objects.cc
std::span<const Route> upload_routes();                // uploads.cc
std::span<const Route> object_action_routes();         // object_actions.cc
std::span<const Route> share_link_routes();            // share_links.cc
std::span<const Route> metrics_routes();               // metrics.cc
std::span<const Route> usage_routes();                 // usage.cc
std::span<const Route> temporary_credential_routes();  // temporary_credentials.cc
std::span<const Route> explain_routes();               // explain.cc
std::span<const Route> audit_routes();                 // audit.cc
std::span<const Route> document_routes();              // openapi.cc

}  // namespace coffer::api
