#include "app/descriptors.h"

#include "blob/file_engine.h"
#include "http/server.h"

#include <algorithm>
#include <sys/resource.h>

namespace coffer::app {
namespace {

/// For all that is no connection: about 600 for the indexes' tables, 1,024 for cached blobs, and
/// two thousand uploads. Of a small limit, half.
constexpr std::size_t kReserveMax = 4096;
/// Of the reserve, the part that the cached blobs of one root may take; there are four roots.
constexpr std::size_t kCachePart = 16;
constexpr std::size_t kCacheMin = 4;

}  // namespace

std::size_t raise_descriptor_limit() {
  rlimit limit{};
  if (::getrlimit(RLIMIT_NOFILE, &limit) != 0) return 0;
  const rlim_t before = limit.rlim_cur;
  limit.rlim_cur = limit.rlim_max;
  if (::setrlimit(RLIMIT_NOFILE, &limit) != 0) limit.rlim_cur = before;
  return limit.rlim_cur;
}

DescriptorPlan plan_descriptors(std::size_t limit) {
  const std::size_t reserve = std::min(limit / 2, kReserveMax);
  DescriptorPlan plan{};
  plan.connections_max = std::min(limit - reserve, http::Limits().connections_max);
  plan.cached_blobs_max =
      std::clamp(reserve / kCachePart, kCacheMin, blob::FileEngineOptions().open_files_max);
  return plan;
}

}  // namespace coffer::app
