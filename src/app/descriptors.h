#pragma once

#include <cstddef>

namespace coffer::app {

/// Allows this process as many open files as the system lets it have: most systems start one with
/// 1,024, and thousands of connections need more. Returns the number.
std::size_t raise_descriptor_limit();

/// How a number of descriptors is shared out.
struct DescriptorPlan {
  std::size_t connections_max;
  std::size_t cached_blobs_max;  ///< of each data root, open for reads
};

/// A flood of connections must leave the engines their files: the indexes' tables, cached blobs, a
/// blob for each upload under way.
DescriptorPlan plan_descriptors(std::size_t limit);

}  // namespace coffer::app
