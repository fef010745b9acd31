#pragma once

#include "base/hash.h"
#include "s3/call.h"
#include "s3/checksums.h"
#include "s3/xml_reader.h"
#include "store/checksum.h"

#include <memory>

namespace coffer::s3 {

/// A request's body as its sender meant it: aws-chunked framing taken off, and everything declared
/// about it held against what came: x-amz-content-sha256, Content-MD5, one flexible checksum from
/// header, trailer or query. Borrows the call; digests are computed piece by piece as it is read.
class RequestBody final : public store::UploadBody {
 public:
  enum class Kind : std::uint8_t {
    Object,    ///< an object's or part's bytes: the length must be known before they come
    Document,  ///< XML that the headers describe
    /// XML whose checksum headers are of something else, and whose Content-MD5 R2 does not look at;
    /// a checksum in a trailer is its own.
    BareDocument,
  };
  /// InvalidDigest, InvalidRequest, InvalidArgument; MissingContentLength.
  static Result<std::unique_ptr<RequestBody>> open(const Call& call, Kind kind);

  Task<Result<std::size_t>> read(MutableBytes out) override;
  Result<store::Checksum> settle(const Md5Digest& md5) override;
  std::optional<std::uint64_t> size_bytes() const override { return declared_size_; }
  /// Bytes read so far.
  std::uint64_t received() const { return received_; }

 private:
  explicit RequestBody(const Call& call) : call_(call), source_(call.request.body) {}
  Result<> open_framing();
  Result<> check_sha256();
  Result<> check_checksum(const store::Checksum& actual) const;

  const Call& call_;
  ByteSource* source_;  ///< the request's body, or the decoder over it
  std::unique_ptr<auth::ChunkedDecoder> decoder_;
  std::optional<std::uint64_t> declared_size_;
  std::uint64_t received_ = 0;
  std::optional<std::string> content_md5_;
  DeclaredChecksum declared_;
  std::optional<Sha256> sha256_;  ///< with a literal payload hash
  std::optional<store::ChecksumHasher> hasher_;
};

/// Reads a whole document through `visitor`, and settles the body. What was declared of the bytes
/// comes before what is in them. MalformedXML; with `may_be_empty`, no bytes are no document.
Task<Result<>> read_document(RequestBody& body, XmlVisitor& visitor, bool may_be_empty = false);

/// The body of an operation that takes none, or of no operation at all: R2 checks a literal payload
/// hash before all else. Bodies above kIgnoredBodyMaxBytes are left unread.
Task<Result<>> check_ignored_body(const Call& call);
inline constexpr std::uint64_t kIgnoredBodyMaxBytes = 1024 * 1024;

}  // namespace coffer::s3
