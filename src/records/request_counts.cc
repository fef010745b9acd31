#include "records/request_counts.h"

#include "records/codec.h"

#include <array>
#include <limits>

namespace coffer::records {
namespace {

constexpr std::uint8_t kLayoutVersion = 1;
constexpr std::string_view kWhat = "request counts";

/// In the order of the record.
constexpr std::array kFields{
    &RequestCounts::requests,      &RequestCounts::reads,    &RequestCounts::writes,
    &RequestCounts::lists,         &RequestCounts::deletes,  &RequestCounts::errors_client,
    &RequestCounts::errors_server, &RequestCounts::bytes_in, &RequestCounts::bytes_out};

}  // namespace

RequestCounts& RequestCounts::operator+=(const RequestCounts& more) {
  for (const auto field : kFields) {
    const std::uint64_t room = std::numeric_limits<std::uint64_t>::max() - this->*field;
    this->*field += more.*field < room ? more.*field : room;
  }
  return *this;
}

std::string encode(const RequestCounts& counts) {
  Writer writer(kLayoutVersion);
  for (const auto field : kFields) writer.varint(counts.*field);
  return std::move(writer).take();
}

Result<RequestCounts> decode_request_counts(std::string_view bytes) {
  Reader reader(bytes);
  TRY_VOID(reader.layout_version(kLayoutVersion, kWhat));
  RequestCounts counts;
  for (const auto field : kFields) counts.*field = reader.varint();
  TRY_VOID(reader.finish(kWhat));
  return counts;
}

}  // namespace coffer::records
