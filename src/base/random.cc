#include "base/random.h"

#include <openssl/rand.h>

#include <algorithm>
#include <cstdlib>
#include <limits>

namespace coffer {

void SystemRandom::fill(MutableBytes out) {
  while (!out.empty()) {
    const std::size_t piece = std::min<std::size_t>(out.size(), std::numeric_limits<int>::max());
    if (RAND_bytes(reinterpret_cast<unsigned char*>(out.data()), static_cast<int>(piece)) != 1) {
      std::abort();  // Ids and secrets made of weak bytes would be worse than no server.
    }
    out = out.subspan(piece);
  }
}

}  // namespace coffer
