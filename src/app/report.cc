#include "app/report.h"

#include "s3/error.h"

#include <iostream>

namespace coffer::app {
namespace {

constexpr int kExitFailure = 1;

/// Engines and libraries quote what they found; a line break or an escape sequence in it must
/// neither break the line nor steer the terminal.
std::string on_one_line(std::string_view text) {
  std::string out;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    out += byte < 0x20 || byte == 0x7f ? ' ' : c;
  }
  return out;
}

}  // namespace

std::string describe_for_people(const Error& error) {
  if (!error.message().empty()) return on_one_line(error.message());
  if (!error.detail().empty()) return on_one_line(error.detail());
  // The S3 table has a sentence for every code; people read the same one here.
  return std::string(s3::error_row(error.code()).message);
}

int fail(std::string_view what) {
  std::cerr << "coffer: " << on_one_line(what) << "\n";
  return kExitFailure;
}

int fail(const Error& error) { return fail(describe_for_people(error)); }

}  // namespace coffer::app
