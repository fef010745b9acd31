#include "s3/target.h"

#include "base/codec.h"

namespace coffer::s3 {
namespace {

Error invalid_host(std::string message) {
  return Error::with_message(ErrorCode::InvalidRequest, std::move(message));
}

/// Takes the label after the last dot off `labels`.
std::string_view take_last_label(std::string_view& labels) {
  const std::size_t dot = labels.rfind('.');
  const std::string_view last = dot == std::string_view::npos ? labels : labels.substr(dot + 1);
  labels = dot == std::string_view::npos ? std::string_view() : labels.substr(0, dot);
  return last;
}

/// Reads `[<bucket>.]<account>[.<jurisdiction>]`.
Result<> read_labels(std::string_view labels, Jurisdiction pinned, Target& target) {
  std::string_view label = take_last_label(labels);
  Jurisdiction jurisdiction = Jurisdiction::Default;
  if (const auto named = parse_jurisdiction(label); named && *named != Jurisdiction::Default) {
    jurisdiction = *named;
    label = take_last_label(labels);
  }
  target.account = AccountId::parse(label);
  if (!target.account || labels.find('.') != std::string_view::npos) {
    return invalid_host(
        "The host name is not an S3 endpoint; expected "
        "[<bucket>.]<account id>[.<jurisdiction>].<suffix>.");
  }
  if (jurisdiction != pinned) {
    return invalid_host("The host name's jurisdiction is not the one this endpoint serves.");
  }
  target.bucket_in_host = !labels.empty();
  target.bucket = labels;
  return ok();
}

Result<> read_host(std::string_view host, const std::vector<std::string>& suffixes,
                   Jurisdiction pinned, Target& target) {
  if (host.starts_with('[')) return ok();  // an IPv6 address
  host = host.substr(0, host.find(':'));
  if (host.ends_with('.')) host.remove_suffix(1);  // the root, spelled out
  for (const std::string& suffix : suffixes) {
    if (host.size() <= suffix.size() || !host.ends_with(suffix)) continue;
    const std::string_view rest = host.substr(0, host.size() - suffix.size());
    if (!rest.ends_with('.')) continue;
    return read_labels(rest.substr(0, rest.size() - 1), pinned, target);
  }
  return ok();
}

}  // namespace

Result<ObjectKey> Target::key() const {
  const std::optional<std::string> decoded = uri_decode(raw_key);
  if (!decoded) return make_error(ErrorCode::InvalidObjectName, "malformed percent sequence");
  return ObjectKey::parse(*decoded);
}

Result<Target> parse_target(std::string_view host, std::string_view path,
                            const std::vector<std::string>& suffixes, Jurisdiction pinned) {
  Target target;
  TRY_VOID(read_host(host, suffixes, pinned, target));
  path.remove_prefix(path.starts_with('/') ? 1 : 0);
  if (target.bucket_in_host) {
    target.raw_key = path;
  } else if (!path.empty()) {
    const std::size_t slash = path.find('/');
    const std::string_view bucket = path.substr(0, slash);
    // Undecodable, it is no bucket's name either.
    target.bucket = uri_decode(bucket).value_or(std::string(bucket));
    if (slash != std::string_view::npos) target.raw_key = path.substr(slash + 1);
  } else {
    return target;
  }
  target.level = target.raw_key.empty() ? Target::Level::Bucket : Target::Level::Object;
  return target;
}

}  // namespace coffer::s3
