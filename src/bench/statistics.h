#pragma once

#include <vector>

namespace coffer::bench {

/// The smallest value that at least `fraction` of all values do not exceed (nearest rank). `sorted`
/// ascends; 0 when it is empty.
double percentile(const std::vector<float>& sorted, double fraction);

/// The middle value, or the mean of the two in the middle; 0 when there are none.
double median(std::vector<double> values);

}  // namespace coffer::bench
