#include "store/record_codec.h"

#include <algorithm>

namespace coffer::store {

void RecordWriter::checksum(const Checksum& value) {
  choice(value.algorithm);
  if (value.algorithm == ChecksumAlgorithm::None) return;
  choice(value.type);
  bytes(value.value);
}

void RecordWriter::metadata(const Metadata& value) {
  bytes(value.system.content_type);
  bytes(value.system.cache_control);
  bytes(value.system.content_disposition);
  bytes(value.system.content_encoding);
  bytes(value.system.content_language);
  bytes(value.system.expires);
  varint(value.user.size());
  for (const auto& [name, content] : value.user) {
    bytes(name);
    bytes(content);
  }
}

void RecordWriter::sealed_ref(const blob::SealedRef& value) {
  id(value.id);
  raw({reinterpret_cast<const char*>(value.key.bytes.data()), value.key.bytes.size()});
  varint(value.size_bytes);
}

void RecordWriter::key(const meta::Key& value) {
  choice(value.family);
  bytes(value.bytes);
}

void RecordWriter::home(const Home& value) {
  id(value.bucket);
  bytes(value.group);
  id(value.data);
  id(value.ref);
}

void RecordWriter::optional_home(const std::optional<Home>& value) {
  flag(value.has_value());
  if (value) home(*value);
}

RecordReader::RecordReader(std::string_view record, std::uint8_t newest_layout,
                           std::string_view what)
    : records::Reader(record), what_(what) {
  const auto version = layout_version(newest_layout, what);
  if (version) return;
  layout_ = version.error();
  fail();
}

std::uint32_t RecordReader::small_number() {
  const std::uint64_t value = varint();
  if (value <= UINT32_MAX) return static_cast<std::uint32_t>(value);
  fail();
  return 0;
}

Md5Digest RecordReader::digest() {
  Md5Digest digest{};
  std::ranges::copy(as_bytes(raw(digest.size())), digest.begin());
  return digest;
}

Checksum RecordReader::checksum() {
  Checksum checksum;
  checksum.algorithm = choice(ChecksumAlgorithm::None, ChecksumAlgorithm::Sha256);
  if (checksum.algorithm == ChecksumAlgorithm::None) return checksum;
  checksum.type = choice(ChecksumType::FullObject, ChecksumType::Composite);
  checksum.value = text();
  return checksum;
}

Metadata RecordReader::metadata() {
  Metadata metadata;
  metadata.system.content_type = text();
  metadata.system.cache_control = text();
  metadata.system.content_disposition = text();
  metadata.system.content_encoding = text();
  metadata.system.content_language = text();
  metadata.system.expires = text();
  const std::size_t pairs = count(/*element_bytes_min=*/2);
  metadata.user.reserve(pairs);
  for (std::size_t i = 0; i < pairs; ++i) {
    std::string name = text();
    std::string content = text();
    metadata.user.emplace_back(std::move(name), std::move(content));
  }
  return metadata;
}

blob::SealedRef RecordReader::sealed_ref() {
  blob::SealedRef ref;
  ref.id = id<BlobId>();
  std::ranges::copy(raw(ref.key.bytes.size()), ref.key.bytes.begin());
  ref.size_bytes = varint();
  return ref;
}

meta::Key RecordReader::key() {
  meta::Key key;
  key.family = choice(meta::Family::Header, meta::Family::Queue);
  key.bytes = text();
  return key;
}

Home RecordReader::home() {
  Home home;
  home.bucket = id<BucketId>();
  home.group = text();
  home.data = id<DataId>();
  home.ref = id<RefId>();
  return home;
}

std::optional<Home> RecordReader::optional_home() {
  if (!flag()) return std::nullopt;
  return home();
}

Result<> RecordReader::finish() const {
  if (!layout_) return layout_;
  return records::Reader::finish(what_);
}

Result<> RecordReader::finish_early() const {
  if (!layout_ || ok()) return layout_;
  return make_error(ErrorCode::Corrupt, std::string(what_) + " cannot be decoded");
}

}  // namespace coffer::store
