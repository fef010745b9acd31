#include "bench/statistics.h"

#include <algorithm>
#include <cmath>
#include <cstddef>

namespace coffer::bench {

double percentile(const std::vector<float>& sorted, double fraction) {
  if (sorted.empty()) return 0;
  const double count = static_cast<double>(sorted.size());
  const auto rank = static_cast<std::size_t>(std::clamp(std::ceil(fraction * count), 1.0, count));
  return static_cast<double>(sorted[rank - 1]);
}

double median(std::vector<double> values) {
  if (values.empty()) return 0;
  std::sort(values.begin(), values.end());
  const std::size_t middle = values.size() / 2;
  return values.size() % 2 == 1 ? values[middle] : (values[middle - 1] + values[middle]) / 2;
}

}  // namespace coffer::bench
