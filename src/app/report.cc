#include "app/report.h"

#include "base/log.h"

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
  return on_one_line(error.detail().empty() ? std::string(to_string(error.code()))
                                            : error.detail());
}

int fail(std::string_view what) {
  flush_log();  // what led here comes first
  std::cerr << "coffer: " << on_one_line(what) << "\n";
  return kExitFailure;
}

int fail(const Error& error) { return fail(describe_for_people(error)); }

}  // namespace coffer::app
