#include "store/types.h"

#include "base/codec.h"

namespace coffer::store {

std::string ETag::text() const {
  std::string text = hex_encode(md5);
  if (parts > 0) text += "-" + std::to_string(parts);
  return text;
}

}  // namespace coffer::store
