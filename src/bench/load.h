#pragma once

#include "base/result.h"
#include "bench/target.h"

#include <chrono>
#include <cstdint>
#include <string>

/// A load generator for any S3 endpoint: what `coffer bench` runs.
namespace coffer::bench {

enum class Operation : std::uint8_t { Put, Get, Head, List };

struct Plan {
  Operation operation = Operation::Put;
  std::uint64_t size_bytes = 4096;  ///< of each object; held in memory
  unsigned concurrency = 16;        ///< connections, one request in flight on each
  unsigned threads = 1;
  std::chrono::milliseconds warm_up{1000};
  std::chrono::milliseconds duration{5000};
  unsigned objects = 1000;   ///< distinct keys that every operation walks over
  bool hash_payload = true;  ///< x-amz-content-sha256 is the body's digest, else UNSIGNED-PAYLOAD
  std::string prefix = "coffer-bench/";
};

struct Report {
  std::uint64_t requests = 0;  ///< finished with 2xx inside the measured time
  std::uint64_t errors = 0;    ///< other statuses and broken connections, inside it
  int first_error_status = 0;  ///< 0: a broken connection
  double seconds = 0;
  double requests_per_s = 0;
  double mib_per_s = 0;
  /// Of whole requests, signing included, in microseconds.
  double p50_us = 0;
  double p90_us = 0;
  double p99_us = 0;
  double max_us = 0;
};

/// Makes the bucket when it is missing; for GET, HEAD and LIST puts the objects first. True when
/// the bucket was made. Errors carry the endpoint's status. Blocks.
Result<bool> prepare(const Target& target, const Plan& plan);
/// Blocks for warm-up and duration.
Report run(const Target& target, const Plan& plan);
/// Deletes the objects, and the bucket when `bucket_too`. What cannot be deleted stays. Blocks.
void clean_up(const Target& target, const Plan& plan, bool bucket_too);

}  // namespace coffer::bench
