#include "store/layout.h"

namespace coffer::store::layout {
namespace {

constexpr char kEscape = '\0';
constexpr char kEscapedNul = '\xff';
constexpr char kTerminator = '\x01';
constexpr std::size_t kIdBytes = 16;

constexpr std::string_view kDeletedPrefix = "deleted/";
constexpr std::string_view kCleanStop = "clean-stop";

template <class Id>
std::string tagged(const std::string& group, char kind, const Id& id) {
  std::string key;
  key.reserve(group.size() + 1 + kIdBytes + kIdBytes);
  key += group;
  key += kind;
  key += id.bytes();
  return key;
}

}  // namespace

meta::Partition directory() { return meta::Partition(kDirectory); }
meta::Partition bucket_partition(BucketId id) { return meta::Partition(id.bytes()); }

meta::Key directory_key(const AccountId& account, std::string_view name) {
  std::string key(account.bytes());
  key += name;
  return meta::Key{meta::Family::Record, std::move(key)};
}

meta::Key deleted_bucket_key(BucketId id) {
  std::string key(kDeletedPrefix);
  key += id.bytes();
  return meta::Key{meta::Family::Queue, std::move(key)};
}
std::string deleted_bucket_prefix() { return std::string(kDeletedPrefix); }
std::optional<BucketId> deleted_bucket_of(std::string_view key) {
  if (!key.starts_with(kDeletedPrefix)) return std::nullopt;
  return BucketId::from_bytes(key.substr(kDeletedPrefix.size()));
}
meta::Key clean_stop_key() { return meta::Key{meta::Family::Queue, std::string(kCleanStop)}; }

std::string bucket_counter(const AccountId& account) {
  std::string counter = "buckets/";
  counter += account.bytes();
  return counter;
}

std::string infrequent_access_counter(std::string_view whole) {
  return std::string("ia/").append(whole);
}

meta::Key header_key() { return meta::Key{meta::Family::Header, {}}; }

std::string escape(std::string_view nfc) {
  std::string out;
  out.reserve(nfc.size() + 2);
  for (const char c : nfc) {
    out += c;
    if (c == kEscape) out += kEscapedNul;
  }
  return out;
}

std::string group_of(std::string_view nfc) {
  std::string group = escape(nfc);
  group += kEscape;
  group += kTerminator;
  return group;
}

std::optional<std::string> key_of_group(std::string_view group) {
  std::string key;
  key.reserve(group.size());
  for (std::size_t i = 0; i < group.size(); ++i) {
    if (group[i] != kEscape) {
      key += group[i];
      continue;
    }
    if (i + 1 == group.size()) return std::nullopt;
    if (group[i + 1] == kTerminator) {
      if (i + 2 != group.size()) return std::nullopt;
      return key;
    }
    if (group[i + 1] != kEscapedNul) return std::nullopt;
    key += kEscape;
    ++i;
  }
  return std::nullopt;
}

std::string after_prefix(std::string_view prefix) {
  std::string next(prefix);
  while (!next.empty() && next.back() == '\xff') next.pop_back();
  if (!next.empty()) next.back() = static_cast<char>(static_cast<unsigned char>(next.back()) + 1);
  return next;
}

meta::Key record_key(const std::string& group) { return meta::Key{meta::Family::Record, group}; }

meta::Key upload_key(const std::string& group, UploadId id) {
  std::string key = group;
  key += id.bytes();
  return meta::Key{meta::Family::Upload, std::move(key)};
}

std::optional<UploadKeyParts> split_upload_key(std::string_view key) {
  if (key.size() < kIdBytes) return std::nullopt;
  const std::size_t split = key.size() - kIdBytes;
  return UploadKeyParts{key.substr(0, split), *UploadId::from_bytes(key.substr(split))};
}

std::string part_prefix(const std::string& group, UploadId id) { return tagged(group, kPart, id); }

meta::Key part_key(const std::string& group, UploadId id, std::uint32_t number) {
  std::string key = part_prefix(group, id);
  key += static_cast<char>(number >> 8 & 0xff);
  key += static_cast<char>(number & 0xff);
  return meta::Key{meta::Family::Detail, std::move(key)};
}

std::optional<std::uint32_t> part_number_of(std::string_view key) {
  if (key.size() < 2) return std::nullopt;
  const auto high = static_cast<unsigned char>(key[key.size() - 2]);
  const auto low = static_cast<unsigned char>(key[key.size() - 1]);
  return static_cast<std::uint32_t>(high << 8 | low);
}

std::string reference_prefix(const std::string& group, DataId data) {
  return tagged(group, kReference, data);
}
meta::Key reference_key(const std::string& group, DataId data, RefId ref) {
  std::string key = reference_prefix(group, data);
  key += ref.bytes();
  return meta::Key{meta::Family::Detail, std::move(key)};
}
meta::Key parked_key(const std::string& group, DataId data) {
  return meta::Key{meta::Family::Detail, tagged(group, kParked, data)};
}
meta::Key body_key(const std::string& group, BlobId id) {
  std::string key = group;
  key += id.bytes();
  return meta::Key{meta::Family::Body, std::move(key)};
}
meta::Key garbage_key(const std::string& group, DataId data) {
  return meta::Key{meta::Family::Queue, tagged(group, kGarbage, data)};
}
meta::Key unreference_key(const std::string& group, RefId ref) {
  return meta::Key{meta::Family::Queue, tagged(group, kUnreference, ref)};
}
meta::Key intent_key(const std::string& group, RefId ref) {
  return meta::Key{meta::Family::Queue, tagged(group, kIntent, ref)};
}

std::optional<QueueKeyParts> split_queue_key(std::string_view key) {
  if (key.size() < kIdBytes + 1) return std::nullopt;
  const std::size_t split = key.size() - kIdBytes - 1;
  return QueueKeyParts{key.substr(0, split), key[split], key.substr(split + 1)};
}

std::optional<DetailKeyParts> split_detail_key(std::string_view key) {
  // The group ends with its terminator, the first NUL that does not stand for itself.
  std::size_t end = key.find(kEscape);
  while (end != std::string_view::npos && end + 1 < key.size() && key[end + 1] == kEscapedNul) {
    end = key.find(kEscape, end + 2);
  }
  if (end == std::string_view::npos || end + 1 >= key.size() || key[end + 1] != kTerminator) {
    return std::nullopt;
  }
  const std::size_t split = end + 2;
  if (key.size() < split + 1 + kIdBytes) return std::nullopt;
  return DetailKeyParts{key.substr(0, split), key[split], key.substr(split + 1, kIdBytes),
                        key.substr(split + 1 + kIdBytes)};
}

}  // namespace coffer::store::layout
