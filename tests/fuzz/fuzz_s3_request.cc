// deps: s3
// A request's line and headers, from text: routing, screening and the access it needs. The input is
// `METHOD SP target LF` and then one `name:value` a line. Nothing may crash, and every operation
// that is recognised needs at least one access, on the bucket that the target names.

#include "s3/operation.h"
#include "s3/screening.h"

#include <cstdlib>
#include <string>

namespace {

using namespace coffer;

std::string_view take_until(std::string_view& text, char end) {
  const std::size_t at = text.find(end);
  const std::string_view out = text.substr(0, at);
  text = at == std::string_view::npos ? std::string_view() : text.substr(at + 1);
  return out;
}

HeaderList read_headers(std::string_view text) {
  HeaderList headers;
  while (!text.empty()) {
    std::string_view line = take_until(text, '\n');
    const std::string_view name = take_until(line, ':');
    headers.add(std::string(name), std::string(line));
  }
  return headers;
}

void check(std::string_view host, std::string_view method, std::string_view path,
           std::string_view raw_query, const HeaderList& headers) {
  const auto target = s3::parse_target(host, path, {"r2.localhost"}, Jurisdiction::Default);
  if (!target) return;
  const s3::Query query(raw_query);
  for (const bool strict : {false, true}) {
    const s3::RequestShape shape{
        .method = method, .target = *target, .query = query, .headers = headers, .strict = strict};
    if (s3::refuse_before_authentication(shape)) continue;
    const auto operation = s3::parse_operation(shape);
    if (!operation || !s3::screen_headers(*operation, headers, strict)) continue;
    if (!s3::name_of(*operation)) continue;
    const auto key = target->key();
    const bool of_object = target->level == s3::Target::Level::Object;
    if (of_object && !key) continue;
    const AccountId account;
    const auto accesses =
        s3::required_accesses(*operation, headers, query, account, Jurisdiction::Default,
                              target->bucket, of_object ? &*key : nullptr);
    if (accesses.empty()) std::abort();
    if (accesses.front().resource.bucket != target->bucket) std::abort();
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  std::string_view text(reinterpret_cast<const char*>(data), size);
  std::string_view line = take_until(text, '\n');
  const std::string_view method = take_until(line, ' ');
  const std::string_view path = take_until(line, '?');
  if (!path.starts_with('/')) return 0;  // http lets nothing else through
  const HeaderList headers = read_headers(text);
  check("127.0.0.1:9000", method, path, line, headers);
  const auto host = headers.find("host");
  if (host) check(to_lower_ascii(*host), method, path, line, headers);
  return 0;
}
