#pragma once

#include "base/result.h"

namespace coffer::test {

/// The code of a failure; Internal, which stores and engines never return, for success.
template <class T>
ErrorCode code_of(const Result<T>& result) {
  return result ? ErrorCode::Internal : result.error().code();
}

}  // namespace coffer::test
