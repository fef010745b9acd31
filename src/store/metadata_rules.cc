#include "store/metadata_rules.h"

#include <algorithm>

namespace coffer::store {
namespace {

/// Of UTF-8; a byte that begins no sequence counts as one narrow unit.
std::size_t charged_length(std::string_view text) {
  std::size_t units = 0;
  bool wide = false;
  for (std::size_t i = 0; i < text.size();) {
    const auto lead = static_cast<unsigned char>(text[i]);
    std::size_t length = 1;
    if (lead >= 0xf0) {
      length = 4;
    } else if (lead >= 0xe0) {
      length = 3;
    } else if (lead >= 0xc0) {
      length = 2;
    }
    // U+0080 to U+00FF begin with C2 or C3.
    wide |= lead >= 0xc4;
    units += length == 4 ? 2 : 1;
    i += length;
  }
  return wide ? units * 2 : units;
}

void override_with(std::string& field, const std::string& change) {
  if (!change.empty()) field = change;
}

}  // namespace

std::size_t metadata_size(const UserMetadata& metadata) {
  std::size_t size = 0;
  for (const auto& [name, value] : metadata) size += charged_length(name) + charged_length(value);
  return size;
}

Result<> check_metadata(const Metadata& metadata, std::size_t limit) {
  const std::size_t size = metadata_size(metadata.user);
  if (size <= limit) return ok();
  return make_error(ErrorCode::MetadataTooLarge, std::to_string(size) + " units");
}

Metadata merge_metadata(const Metadata& base, const Metadata& changes) {
  Metadata merged = base;
  override_with(merged.system.content_type, changes.system.content_type);
  override_with(merged.system.cache_control, changes.system.cache_control);
  override_with(merged.system.content_disposition, changes.system.content_disposition);
  override_with(merged.system.content_encoding, changes.system.content_encoding);
  override_with(merged.system.content_language, changes.system.content_language);
  override_with(merged.system.expires, changes.system.expires);
  for (const auto& change : changes.user) {
    const auto same = std::find_if(merged.user.begin(), merged.user.end(),
                                   [&](const auto& pair) { return pair.first == change.first; });
    if (same == merged.user.end()) {
      merged.user.push_back(change);
    } else {
      same->second = change.second;
    }
  }
  return merged;
}

}  // namespace coffer::store
