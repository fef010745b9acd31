#include "api/route.h"

#include "base/codec.h"
#include "base/ids.h"

#include <algorithm>

namespace coffer::api {
namespace {

/// Takes the segment up to the next `/` off `path`, which begins with one.
std::string_view take_segment(std::string_view& path) {
  path.remove_prefix(1);
  const std::size_t end = std::min(path.find('/'), path.size());
  const std::string_view segment = path.substr(0, end);
  path.remove_prefix(end);
  return segment;
}

bool is_parameter(std::string_view segment) { return segment.starts_with('{'); }
bool is_rest(std::string_view segment) { return segment.ends_with("...}"); }

std::string_view parameter_name(std::string_view segment) {
  segment.remove_prefix(1);
  segment.remove_suffix(is_rest(segment) ? std::string_view("...}").size() : 1);
  return segment;
}

/// Literals first, what takes all that is left last; of two that begin alike, the shorter.
bool more_literal(std::string_view a, std::string_view b) {
  const auto rank = [](std::string_view segment) {
    return !is_parameter(segment) ? 0 : is_rest(segment) ? 2 : 1;
  };
  while (!a.empty() && !b.empty()) {
    const std::string_view left = take_segment(a);
    const std::string_view right = take_segment(b);
    if (rank(left) != rank(right)) return rank(left) < rank(right);
  }
  return a.empty() && !b.empty();
}

/// Raw values of the pattern's parameters; nothing when the path is another.
using RawParameters = std::vector<std::pair<std::string_view, std::string_view>>;
std::optional<RawParameters> match_pattern(std::string_view pattern, std::string_view path) {
  RawParameters parameters;
  while (!pattern.empty()) {
    if (path.empty()) return std::nullopt;
    const std::string_view wanted = take_segment(pattern);
    if (is_rest(wanted)) {
      path.remove_prefix(1);
      if (path.empty()) return std::nullopt;
      parameters.emplace_back(parameter_name(wanted), path);
      return parameters;
    }
    const std::string_view segment = take_segment(path);
    if (!is_parameter(wanted)) {
      if (segment != wanted) return std::nullopt;
      continue;
    }
    if (segment.empty()) return std::nullopt;
    const std::string_view name = parameter_name(wanted);
    if (name.ends_with("_id") && !parse_hex128(segment)) return std::nullopt;
    parameters.emplace_back(name, segment);
  }
  if (!path.empty()) return std::nullopt;
  return parameters;
}

Error undecodable(std::string_view name) {
  if (name == "object_key") return make_error(ErrorCode::InvalidObjectName, "malformed percent");
  if (name == "bucket_name") return make_error(ErrorCode::InvalidBucketName, "malformed percent");
  return make_error(ErrorCode::RouteNotFound, "malformed percent in " + std::string(name));
}

Result<PathParameters> decode(const RawParameters& raw) {
  PathParameters parameters;
  for (const auto& [name, value] : raw) {
    std::optional<std::string> decoded = uri_decode(value);
    if (!decoded) return undecodable(name);
    parameters.emplace_back(name, *std::move(decoded));
  }
  return parameters;
}

}  // namespace

Router::Router(std::vector<const Route*> routes) : routes_(std::move(routes)) {
  std::stable_sort(routes_.begin(), routes_.end(), [](const Route* a, const Route* b) {
    return more_literal(a->pattern, b->pattern);
  });
}

Result<Router::Match> Router::match(std::string_view method, std::string_view path) const {
  Match match;
  std::string_view found_pattern;
  for (const Route* route : routes_) {
    // The first pattern that fits is the path's; the others of it differ in the method.
    if (!found_pattern.empty() && route->pattern != found_pattern) continue;
    const auto raw = match_pattern(route->pattern, path);
    if (!raw) continue;
    found_pattern = route->pattern;
    if (route->method != method) {
      match.allowed_methods.push_back(route->method);
      continue;
    }
    TRY(match.parameters, decode(*raw));
    match.route = route;
    return match;
  }
  return match;
}

std::vector<const Route*> all_routes() {
  std::vector<const Route*> routes;
  for (const auto table :
       {user_routes(), session_routes(), account_routes(), member_routes(), token_routes(),
        bucket_routes(), object_routes(), upload_routes(), object_action_routes(),
        share_link_routes(), metrics_routes(), usage_routes(), temporary_credential_routes(),
        explain_routes(), audit_routes(), document_routes()}) {
    for (const Route& route : table) routes.push_back(&route);
  }
  return routes;
}

std::string no_route_message(std::string_view path) {
  constexpr std::size_t kShownMax = 256;
  std::string shown;
  for (const char c : path.substr(0, kShownMax)) {
    // A raw path may hold bytes that are no UTF-8, which JSON must not.
    if (c > ' ' && c < '\x7f') {
      shown += c;
    } else {
      shown += uri_encode(std::string_view(&c, 1));
    }
  }
  return "Could not route to " + shown + ", perhaps your object identifier is invalid?";
}

}  // namespace coffer::api
