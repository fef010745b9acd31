#pragma once

#include "auth/sigv4.h"
#include "base/headers.h"
#include "s3/query.h"
#include "store/types.h"

#include <optional>
#include <string>
#include <string_view>

/// The flexible checksums of S3: names, texts and what a request declares (r2-s3.md 5.8).
namespace coffer::s3 {

/// "CRC32", "CRC32C", "CRC64NVME", "SHA1", "SHA256"; empty for None.
std::string_view checksum_name(store::ChecksumAlgorithm algorithm);
/// "x-amz-checksum-crc32", ...
std::string_view checksum_header(store::ChecksumAlgorithm algorithm);
/// "ChecksumCRC32", ...
std::string_view checksum_element(store::ChecksumAlgorithm algorithm);
/// By `checksum_name`, in any case; nothing for other texts.
std::optional<store::ChecksumAlgorithm> parse_checksum_name(std::string_view text);
std::optional<store::ChecksumAlgorithm> checksum_of_header(std::string_view name);
std::optional<store::ChecksumAlgorithm> checksum_of_element(std::string_view name);
/// "FULL_OBJECT", "COMPOSITE"
std::string_view checksum_type_name(store::ChecksumType type);

/// The raw digest in a base64 text; nothing when it is malformed or not of the algorithm's length.
std::optional<std::string> decode_checksum(store::ChecksumAlgorithm algorithm,
                                           std::string_view text);
/// As headers and documents show it: base64, and "-<parts>" behind a composite one.
std::string checksum_text(const store::Checksum& checksum, std::uint32_t parts);

/// InvalidRequest `You can only specify one non-default checksum at a time.`
Error two_checksums();

/// The checksum that a request declares of its body.
struct DeclaredChecksum {
  store::ChecksumAlgorithm algorithm = store::ChecksumAlgorithm::None;
  std::optional<std::string> value;  ///< raw; without one it comes in the trailer of that name
};
/// From the headers, from the trailers announced when the body has any, and from the query of a
/// presigned URL. InvalidRequest when there is more than one algorithm, InvalidDigest when a value
/// is malformed. Extended mode leaves out a checksum of nothing in a query: the AWS SDK for
/// JavaScript puts one into every URL presigned for an upload whose body it does not know; R2
/// refuses the upload with BadDigest.
Result<DeclaredChecksum> declared_checksum(const HeaderList& headers, const Query& query,
                                           const auth::Authenticated& who, bool strict);

/// The same of a body whose checksum headers describe something else, as those of
/// CompleteMultipartUpload describe the object: what is announced behind its chunks is of the body.
/// InvalidRequest when there is more than one algorithm.
Result<DeclaredChecksum> trailing_checksum(const HeaderList& headers,
                                           const auth::Authenticated& who);

/// Names in `x-amz-trailer`.
std::vector<std::string> announced_trailers(const HeaderList& headers);

/// What CreateMultipartUpload asks for; None when nothing. InvalidRequest for an unknown algorithm
/// or type, and for a type that R2 does not have for the algorithm.
struct UploadChecksum {
  store::ChecksumAlgorithm algorithm = store::ChecksumAlgorithm::None;
  store::ChecksumType type = store::ChecksumType::Composite;
};
Result<UploadChecksum> upload_checksum(const HeaderList& headers);

/// The checksum of the whole object that CompleteMultipartUpload states in its headers; None when
/// it states none.
Result<store::Checksum> expected_checksum(const HeaderList& headers);

}  // namespace coffer::s3
