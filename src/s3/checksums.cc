#include "s3/checksums.h"

#include "base/codec.h"
#include "store/checksum.h"

#include <algorithm>
#include <array>

namespace coffer::s3 {
namespace {

using store::ChecksumAlgorithm;
using store::ChecksumType;

struct Row {
  ChecksumAlgorithm algorithm;
  std::string_view name;
  std::string_view header;
  std::string_view element;
  std::size_t size_bytes;
  /// For multipart objects R2 has one type an algorithm (r2-s3.md 5.8).
  ChecksumType multipart_type;
};
constexpr std::array kRows{
    Row{ChecksumAlgorithm::Crc32, "CRC32", "x-amz-checksum-crc32", "ChecksumCRC32", 4,
        ChecksumType::Composite},
    Row{ChecksumAlgorithm::Crc32c, "CRC32C", "x-amz-checksum-crc32c", "ChecksumCRC32C", 4,
        ChecksumType::Composite},
    Row{ChecksumAlgorithm::Crc64nvme, "CRC64NVME", "x-amz-checksum-crc64nvme", "ChecksumCRC64NVME",
        8, ChecksumType::FullObject},
    Row{ChecksumAlgorithm::Sha1, "SHA1", "x-amz-checksum-sha1", "ChecksumSHA1", 20,
        ChecksumType::Composite},
    Row{ChecksumAlgorithm::Sha256, "SHA256", "x-amz-checksum-sha256", "ChecksumSHA256", 32,
        ChecksumType::Composite},
};

const Row* row_of(ChecksumAlgorithm algorithm) {
  const auto found = std::find_if(kRows.begin(), kRows.end(),
                                  [=](const Row& row) { return row.algorithm == algorithm; });
  return found == kRows.end() ? nullptr : &*found;
}
std::string_view text_of(ChecksumAlgorithm algorithm, std::string_view Row::*member) {
  const Row* row = row_of(algorithm);
  return row ? row->*member : std::string_view();
}
std::optional<ChecksumAlgorithm> find_row(std::string_view text, std::string_view Row::*member) {
  for (const Row& row : kRows) {
    if (equals_ignore_case(row.*member, text)) return row.algorithm;
  }
  return std::nullopt;
}

Error invalid_request(std::string message) {
  return Error::with_message(ErrorCode::InvalidRequest, std::move(message));
}

/// Adds one more declaration of a checksum.
Result<> declare(DeclaredChecksum& declared, ChecksumAlgorithm algorithm) {
  if (declared.algorithm != ChecksumAlgorithm::None && declared.algorithm != algorithm) {
    return two_checksums();
  }
  declared.algorithm = algorithm;
  return ok();
}

/// The checksum that comes behind a body in chunks.
Result<> declare_trailers(DeclaredChecksum& declared, const HeaderList& headers,
                          const auth::Authenticated& who) {
  if (!auth::is_aws_chunked(who.payload)) return ok();
  for (const std::string& name : announced_trailers(headers)) {
    if (const auto algorithm = checksum_of_header(name)) TRY_VOID(declare(declared, *algorithm));
  }
  return ok();
}

Result<std::string> decode(ChecksumAlgorithm algorithm, std::string_view text) {
  auto value = decode_checksum(algorithm, text);
  if (!value) {
    return make_error(ErrorCode::InvalidDigest, std::string(checksum_header(algorithm)));
  }
  return *std::move(value);
}

bool is_checksum_of_nothing(ChecksumAlgorithm algorithm, std::string_view value) {
  return store::ChecksumHasher(algorithm).finish().value == value;
}

/// The type a request names, checked against what R2 has for the algorithm.
Result<ChecksumType> checksum_type(const HeaderList& headers, const Row& row) {
  const auto text = headers.find("x-amz-checksum-type");
  if (!text) return row.multipart_type;
  if (!equals_ignore_case(*text, "FULL_OBJECT") && !equals_ignore_case(*text, "COMPOSITE")) {
    return invalid_request("Value for x-amz-checksum-type header is invalid.");
  }
  if (!equals_ignore_case(*text, checksum_type_name(row.multipart_type))) {
    const bool composite = equals_ignore_case(*text, "COMPOSITE");
    return invalid_request(std::string("The ") + (composite ? "COMPOSITE" : "FULL_OBJECT") +
                           " checksum type cannot be used with the " + to_lower_ascii(row.name) +
                           " checksum algorithm.");
  }
  return row.multipart_type;
}

}  // namespace

std::string_view checksum_name(ChecksumAlgorithm algorithm) {
  return text_of(algorithm, &Row::name);
}
std::string_view checksum_header(ChecksumAlgorithm algorithm) {
  return text_of(algorithm, &Row::header);
}
std::string_view checksum_element(ChecksumAlgorithm algorithm) {
  return text_of(algorithm, &Row::element);
}
std::optional<ChecksumAlgorithm> parse_checksum_name(std::string_view text) {
  return find_row(text, &Row::name);
}
std::optional<ChecksumAlgorithm> checksum_of_header(std::string_view name) {
  return find_row(name, &Row::header);
}
std::optional<ChecksumAlgorithm> checksum_of_element(std::string_view name) {
  return find_row(name, &Row::element);
}
std::string_view checksum_type_name(ChecksumType type) {
  return type == ChecksumType::Composite ? "COMPOSITE" : "FULL_OBJECT";
}

std::optional<std::string> decode_checksum(ChecksumAlgorithm algorithm, std::string_view text) {
  const Row* row = row_of(algorithm);
  auto value = base64_decode(text);
  if (!row || !value || value->size() != row->size_bytes) return std::nullopt;
  return value;
}

std::string checksum_text(const store::Checksum& checksum, std::uint32_t parts) {
  std::string text = base64_encode(as_bytes(checksum.value));
  if (checksum.type == ChecksumType::Composite) text += "-" + std::to_string(parts);
  return text;
}

Error two_checksums() {
  return invalid_request("You can only specify one non-default checksum at a time.");
}

std::vector<std::string> announced_trailers(const HeaderList& headers) {
  std::vector<std::string> names;
  for (std::string_view field : headers.find_all("x-amz-trailer")) {
    while (!field.empty()) {
      const std::size_t comma = std::min(field.find(','), field.size());
      const std::string_view name = trim_ascii(field.substr(0, comma));
      if (!name.empty()) names.emplace_back(name);
      field.remove_prefix(std::min(comma + 1, field.size()));
    }
  }
  return names;
}

Result<DeclaredChecksum> declared_checksum(const HeaderList& headers, const Query& query,
                                           const auth::Authenticated& who, bool strict) {
  DeclaredChecksum declared;
  for (const Row& row : kRows) {
    const auto text = headers.find(row.header);
    if (!text) continue;
    TRY_VOID(declare(declared, row.algorithm));
    TRY(declared.value, decode(row.algorithm, *text));
  }
  TRY_VOID(declare_trailers(declared, headers, who));
  if (!who.presigned) return declared;
  for (const Row& row : kRows) {
    const std::string* text = query.find(row.header);
    if (!text) continue;
    TRY(auto value, decode(row.algorithm, *text));
    if (!strict && is_checksum_of_nothing(row.algorithm, value)) continue;
    TRY_VOID(declare(declared, row.algorithm));
    if (!declared.value) declared.value = std::move(value);
  }
  return declared;
}

Result<DeclaredChecksum> trailing_checksum(const HeaderList& headers,
                                           const auth::Authenticated& who) {
  DeclaredChecksum declared;
  TRY_VOID(declare_trailers(declared, headers, who));
  return declared;
}

Result<UploadChecksum> upload_checksum(const HeaderList& headers) {
  UploadChecksum checksum;
  const auto name = headers.find("x-amz-checksum-algorithm");
  if (!name) {
    if (headers.contains("x-amz-checksum-type")) {
      return invalid_request(
          "The x-amz-checksum-type header can only be used with the x-amz-checksum-algorithm "
          "header.");
    }
    return checksum;
  }
  const auto algorithm = parse_checksum_name(*name);
  if (!algorithm) {
    return invalid_request(
        "Checksum algorithm provided is unsupported. Please try again with any of the valid types: "
        "[CRC32, CRC32C, CRC64NVME, SHA1, SHA256]");
  }
  checksum.algorithm = *algorithm;
  TRY(checksum.type, checksum_type(headers, *row_of(*algorithm)));
  return checksum;
}

Result<store::Checksum> expected_checksum(const HeaderList& headers) {
  store::Checksum expected;
  for (const Row& row : kRows) {
    const auto field = headers.find(row.header);
    if (!field) continue;
    if (expected.algorithm != ChecksumAlgorithm::None) return two_checksums();
    expected.algorithm = row.algorithm;
    TRY(expected.type, checksum_type(headers, row));
    std::string_view text = *field;
    // A composite value carries the number of its parts, which base64 has no dash to be taken for.
    if (expected.type == ChecksumType::Composite) text = text.substr(0, text.find('-'));
    TRY(expected.value, decode(row.algorithm, text));
  }
  return expected;
}

}  // namespace coffer::s3
