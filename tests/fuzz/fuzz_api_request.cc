// deps: api
// A request of the management API, from text: router, query, JSON body and the readers of its
// fields. The input is `METHOD SP path LF query LF host LF body`. Nothing may crash; a key that was
// decoded and is encoded again leads to the same route and key; what JSON is read can be written.

#include "api/call.h"
#include "api/paging.h"
#include "api/session_cookie.h"
#include "base/codec.h"
#include "http/known_hosts.h"

#include <boost/json/serialize.hpp>

#include <cstdlib>
#include <string>

namespace {

using namespace coffer;

void require(bool holds) {
  if (!holds) std::abort();
}

std::string_view take_until(std::string_view& text, char end) {
  const std::size_t at = text.find(end);
  const std::string_view out = text.substr(0, at);
  text = at == std::string_view::npos ? std::string_view() : text.substr(at + 1);
  return out;
}

void check_route(std::string_view method, std::string_view path) {
  static const api::Router router(api::all_routes());
  const auto match = router.match(method, path);
  require(is_valid_utf8(api::no_route_message(path)));
  if (!match || !match->route) return;
  require(match->allowed_methods.empty() || match->route->method == method);
  // Written again, every parameter comes back.
  std::string again;
  std::string_view pattern = match->route->pattern.substr(1);
  std::size_t next = 0;
  while (!pattern.empty()) {
    const std::string_view segment = take_until(pattern, '/');
    again += '/';
    again += segment.starts_with('{') ? uri_encode(match->parameters.at(next++).second)
                                      : std::string(segment);
  }
  const auto second = router.match(method, again);
  require(second && second->route == match->route && second->parameters == match->parameters);
}

void read_fields(const boost::json::value& value) {
  const auto fields = api::Fields::of(value);
  if (!fields) return;
  for (const char* name : {"name", "policies", "bucket"}) {
    (void)fields->optional_text(name);
    (void)fields->integer(name, 0, 10);
    (void)fields->optional_boolean(name);
    (void)fields->optional_time(name);
    (void)fields->texts(name);
    if (const auto inner = fields->optional_object(name); inner && *inner) {
      read_fields((*inner)->raw());
    }
    if (const auto items = fields->objects(name)) {
      for (const auto& item : *items) (void)item.path_of("x");
    }
  }
}

void check_json(std::string_view body) {
  const auto value = api::parse_json(body, api::Family::Product);
  if (!value) return;
  read_fields(*value);
  // Not read again: a number beyond all doubles is written in a form that is none.
  require(is_valid_utf8(boost::json::serialize(*value)));
}

void check_query(std::string_view raw) {
  const api::Query query(raw);
  (void)api::read_page(query, api::PageLimits{});
  (void)query.time("since");
  (void)query.boolean("flag", false);
  (void)query.list("id");
  const auto position = api::decode_cursor("scope", query.value("cursor"));
  if (position) require(api::encode_cursor("scope", *position) == query.value("cursor"));
}

/// What a browser shows of a session: nothing of it is believed without the session's own token.
void check_session(std::string_view cookie, std::string_view site, std::string_view query) {
  http::Request request;
  request.method = "GET";
  request.path = "/client/v4/session";
  request.query = query;
  request.host = "localhost:9001";
  request.headers.add("Cookie", std::string(cookie));
  request.headers.add("Referer", std::string(site));
  (void)api::read_session_cookie(request);
  (void)api::is_same_origin(request);
  require(!api::has_csrf_proof(request, "0123456789abcdef", true, Timestamp()));
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  std::string_view text(reinterpret_cast<const char*>(data), size);
  const std::string_view method = take_until(text, ' ');
  check_route(method, take_until(text, '\n'));
  const std::string_view query = take_until(text, '\n');
  check_query(query);
  const std::string_view host = take_until(text, '\n');
  (void)http::is_known_host(host, {"coffer.example.com"});
  check_session(text, host, query);
  check_json(text);
  return 0;
}
