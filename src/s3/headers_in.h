#pragma once

#include "base/headers.h"
#include "s3/query.h"
#include "store/types.h"

#include <optional>
#include <string>
#include <string_view>

/// What request headers mean. Pure functions; each names the section it follows.
namespace coffer::s3 {

/// System metadata and x-amz-meta-* (r2-s3.md 5.2). `aws-chunked` is taken out of Content-Encoding:
/// it describes the transfer, not the object.
store::Metadata read_metadata(const HeaderList& headers);

/// The four conditions, each header's name behind `prefix`: "", "x-amz-copy-source-" or
/// "cf-copy-destination-" (r2-observed.md 5.1). A date that is none is ignored.
store::Conditions read_conditions(const HeaderList& headers, std::string_view prefix = {});
/// A list of entity tags, or `*`. An unquoted tag is taken as it is.
store::ETagCondition parse_etags(std::string_view text);

/// r2-observed.md 10.2; nothing when absent. InvalidStorageClass.
Result<std::optional<store::StorageClass>> read_storage_class(const HeaderList& headers);

/// The 16 raw bytes of Content-MD5; nothing when absent. InvalidDigest.
Result<std::optional<std::string>> read_content_md5(const HeaderList& headers);

/// r2-observed.md 5.2, as far as the object is not needed: InvalidArgument for another form,
/// InvalidRange for `bytes=-0`.
Result<std::optional<store::RangeRequest>> read_range(const HeaderList& headers);
/// x-amz-copy-source-range (r2-observed.md section 7).
Result<std::optional<store::PartRange>> read_copy_range(const HeaderList& headers);

/// A number 1 to 10,000 with leading blanks; InvalidArgument otherwise.
Result<std::uint32_t> parse_part_number(std::string_view text);

/// x-amz-copy-source: the bucket as text, which may be no bucket's name, and the key.
struct CopySource {
  CopySource(std::string b, ObjectKey k) : bucket(std::move(b)), key(std::move(k)) {}
  std::string bucket;
  ObjectKey key;
};
/// r2-observed.md section 7: decoded once, one leading slash dropped, split at the first slash.
/// InvalidArgument; InvalidObjectName for a key that cannot be.
Result<CopySource> parse_copy_source(std::string_view text);

/// x-amz-metadata-directive, COPY when absent. InvalidArgument.
Result<store::CopyOptions::Directive> read_directive(const HeaderList& headers);

/// `max-keys` and the like: a number with its fraction dropped, digits only; nothing for all else.
std::optional<std::uint64_t> parse_page_limit(std::string_view text);

}  // namespace coffer::s3
