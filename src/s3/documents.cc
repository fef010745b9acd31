#include "s3/documents.h"

#include "base/headers.h"
#include "s3/checksums.h"
#include "s3/query.h"

namespace coffer::s3 {
namespace {

/// A part's number as R2 reads one: an integer value, in any decimal form that has it; an empty
/// text is 0. Nothing when it is no integer. What is out of range is 0 too, which no part has.
std::optional<std::uint32_t> read_part_number(std::string_view text) {
  text = trim_ascii(text);
  const bool negative = text.starts_with('-');
  if (negative || text.starts_with('+')) text.remove_prefix(1);
  const std::string_view whole = text.substr(0, text.find('.'));
  const std::string_view fraction = text.substr(std::min(whole.size() + 1, text.size()));
  if (text.empty()) return negative ? std::nullopt : std::optional<std::uint32_t>(0);
  if (whole.empty() || whole.find_first_not_of("0123456789") != std::string_view::npos ||
      fraction.find_first_not_of('0') != std::string_view::npos) {
    return std::nullopt;
  }
  const auto value = parse_decimal(whole);
  if (negative || !value || *value > CompleteDocument::kPartNumberMax) return 0;
  return static_cast<std::uint32_t>(*value);
}

std::string without_quotes(std::string text) {
  if (text.size() >= 2 && text.starts_with('"') && text.ends_with('"')) {
    return text.substr(1, text.size() - 2);
  }
  return text;
}

Error malformed(std::string detail) {
  return make_error(ErrorCode::MalformedXML, std::move(detail));
}

}  // namespace

bool DeleteDocument::open(std::size_t depth, std::string_view name) {
  if (depth == 1) return name == "Delete";
  if (in_key_) return false;  // a key is text
  if (depth == 2) {
    in_object_ = name == "Object";
    key_.reset();
  }
  in_key_ = depth == 3 && in_object_ && name == "Key";
  return true;
}

bool DeleteDocument::close(std::size_t depth, std::string_view name, std::string& text) {
  if (depth == 3 && in_key_) {
    in_key_ = false;
    if (key_) return false;
    key_ = std::move(text);
    return true;
  }
  if (depth != 2) return true;
  if (in_object_) {
    in_object_ = false;
    if (!key_ || keys_.size() == kKeysMax) return false;
    keys_.push_back(*std::move(key_));
    return true;
  }
  return name != "Quiet" || text == "true" || text == "false";
}

Result<std::vector<std::string>> DeleteDocument::take() {
  if (keys_.empty()) return malformed("no objects");
  return std::move(keys_);
}

bool CompleteDocument::open(std::size_t depth, std::string_view name) {
  if (depth == 1) return name == "CompleteMultipartUpload";
  if (depth == 2) {
    in_part_ = name == "Part";
    number_.reset();
    etag_.reset();
    checksum_ = {};
  }
  return true;
}

bool CompleteDocument::close(std::size_t depth, std::string_view name, std::string& text) {
  // That the document is well formed comes before what its parts say, so a bad part is kept for
  // the end; nothing more is collected.
  if (!in_part_ || failure_) return true;
  if (depth == 2) {
    in_part_ = false;
    if (const Result<> ended = end_part(); !ended) failure_ = ended.error();
    return true;
  }
  if (depth != 3) return true;
  if (name == "PartNumber") {
    number_ = std::move(text);
  } else if (name == "ETag") {
    etag_ = std::move(text);
  } else if (const auto algorithm = checksum_of_element(name)) {
    if (checksum_.algorithm != store::ChecksumAlgorithm::None) {
      failure_ = two_checksums();
    } else if (auto value = decode_checksum(*algorithm, text)) {
      checksum_.algorithm = *algorithm;
      checksum_.value = *std::move(value);
    } else {
      failure_ = make_error(ErrorCode::InvalidDigest, std::string(name));
    }
  }
  return true;
}

Result<> CompleteDocument::end_part() {
  const auto number = number_ ? read_part_number(*number_) : std::nullopt;
  if (!number || !etag_) return malformed("a part without number or ETag");
  if (*number < 1)
    return make_error(ErrorCode::InvalidPart, "part number " + number_->substr(0, 32));
  if (seen_.test(*number)) {
    return Error::with_message(ErrorCode::InvalidPart,
                               "There was a problem with the multipart upload.");
  }
  seen_.set(*number);
  store::CompletedPart part;
  part.number = *number;
  part.etag = without_quotes(*std::move(etag_));
  part.checksum = std::move(checksum_);
  parts_.push_back(std::move(part));
  return ok();
}

Result<std::vector<store::CompletedPart>> CompleteDocument::take() {
  if (failure_) return *failure_;
  if (parts_.empty()) return malformed("no parts");
  return std::move(parts_);
}

bool CreateBucketDocument::open(std::size_t depth, std::string_view name) {
  return depth > 1 || name == "CreateBucketConfiguration";
}

bool CreateBucketDocument::close(std::size_t depth, std::string_view name, std::string& text) {
  if (depth == 2 && name == "LocationConstraint") location_ = trim_ascii(text);
  return true;
}

}  // namespace coffer::s3
