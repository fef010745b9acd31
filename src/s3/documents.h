#pragma once

#include "s3/xml_reader.h"
#include "store/types.h"

#include <bitset>
#include <optional>
#include <string>
#include <vector>

/// The documents that clients send.
namespace coffer::s3 {

/// `Delete` (r2-observed.md 4.2): 1 to 1,000 `Object`s, each with a `Key` taken as it stands;
/// `Quiet` is `true` or `false`, and then means nothing.
class DeleteDocument final : public XmlVisitor {
 public:
  static constexpr std::size_t kKeysMax = 1000;
  bool open(std::size_t depth, std::string_view name) override;
  bool close(std::size_t depth, std::string_view name, std::string& text) override;
  /// After the reader's `finish`.
  Result<std::vector<std::string>> take();

 private:
  bool in_object_ = false;
  bool in_key_ = false;
  std::optional<std::string> key_;
  std::vector<std::string> keys_;
};

/// `CompleteMultipartUpload`: rows 1 to 5 of r2-observed.md section 8.
class CompleteDocument final : public XmlVisitor {
 public:
  static constexpr std::uint32_t kPartNumberMax = 10'000;
  bool open(std::size_t depth, std::string_view name) override;
  bool close(std::size_t depth, std::string_view name, std::string& text) override;
  /// After the reader's `finish`: the parts in the order of the request. MalformedXML, InvalidPart,
  /// InvalidRequest (two checksums of one part), InvalidDigest.
  Result<std::vector<store::CompletedPart>> take();

 private:
  Result<> end_part();

  bool in_part_ = false;
  std::optional<std::string> number_;
  std::optional<std::string> etag_;
  store::Checksum checksum_;
  std::optional<Error> failure_;  ///< the first part that breaks a rule
  std::bitset<kPartNumberMax + 1> seen_;
  std::vector<store::CompletedPart> parts_;
};

/// `CreateBucketConfiguration`: the LocationConstraint, empty when there is none.
class CreateBucketDocument final : public XmlVisitor {
 public:
  bool open(std::size_t depth, std::string_view name) override;
  bool close(std::size_t depth, std::string_view name, std::string& text) override;
  std::string take() { return std::move(location_); }

 private:
  std::string location_;
};

}  // namespace coffer::s3
