#pragma once

#include "meta/engine.h"
#include "store/object_record.h"
#include "store/types.h"

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

namespace coffer::store {

/// What ending an upload needs to know of a part. Ten thousand of them are held at once, so this
/// has none of the slices, of which a copied part may have hundreds.
struct UploadedPart {
  std::uint32_t number = 0;
  std::uint64_t size_bytes = 0;
  Md5Digest md5{};
  Checksum checksum;
  meta::Version version = 0;
};

/// The parts of an upload as they were read together.
struct UploadedParts {
  std::vector<UploadedPart> all;  ///< by number
  /// Those that a completion does not list, with what dropping them needs: where the bytes of a
  /// copied part live, the blob of one that was uploaded.
  std::vector<std::pair<std::uint32_t, PartRecord>> unlisted;

  std::int64_t count() const { return static_cast<std::int64_t>(all.size()); }
  std::int64_t bytes() const;
};

/// `listed`: what the completion lists; null when all parts go with their upload, and `unlisted`
/// is not wanted.
Task<Result<UploadedParts>> read_uploaded_parts(meta::Engine& meta,
                                                const meta::Partition& partition,
                                                const std::string& group, UploadId id,
                                                const std::vector<CompletedPart>* listed);

/// What makes `uploaded` be exactly the upload's parts at a commit: each has the version that was
/// read, and between them there is nothing.
std::vector<meta::Check> checks_of(const std::string& group, UploadId id,
                                   const UploadedParts& uploaded);

}  // namespace coffer::store
