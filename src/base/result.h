#pragma once

#include "base/error.h"

#include <boost/assert/source_location.hpp>
#include <boost/system/result.hpp>

#include <type_traits>
#include <utility>

namespace coffer {

/// What `value()` of a failed Result calls: throws std::logic_error, for only a bug takes the value
/// of what was not tested.
[[noreturn]] void throw_exception_from_error(const Error& error,
                                             const boost::source_location& where);

/// A value or an Error. `Result<>` carries no value: `return {};` or `return ok();` is success.
/// Never ignored: the class is [[nodiscard]]. Test with `if (!result)`, take with `*result` or
/// `result.value()` (which throws only on a bug), and read `result.error()` after a failed test.
template <class T = void>
class [[nodiscard]] Result : public boost::system::result<T, Error> {
 public:
  using Base = boost::system::result<T, Error>;
  using Base::Base;
  Result(Error error) : Base(std::move(error)) {}  // NOLINT(google-explicit-constructor)
  Result(Base base) : Base(std::move(base)) {}     // NOLINT(google-explicit-constructor)
};

template <>
class [[nodiscard]] Result<void> : public boost::system::result<void, Error> {
 public:
  using Base = boost::system::result<void, Error>;
  using Base::Base;
  Result() = default;
  Result(Error error) : Base(std::move(error)) {}  // NOLINT(google-explicit-constructor)
};

inline Result<> ok() { return {}; }

inline Error make_error(ErrorCode code, std::string detail = {}) {
  return Error(code, std::move(detail));
}

}  // namespace coffer

#define COFFER_CONCAT_INNER(a, b) a##b
#define COFFER_CONCAT(a, b) COFFER_CONCAT_INNER(a, b)
#define COFFER_TRY_IMPL(tmp, decl, expr, ret) \
  auto tmp = (expr);                          \
  if (!tmp) ret std::move(tmp).error();       \
  decl = std::move(*tmp)
#define COFFER_TRY_VOID_IMPL(tmp, expr, ret) \
  if (auto tmp = (expr); !tmp) ret std::move(tmp).error()

/// `TRY(auto value, call());` binds the value or returns the error upward. `TRY_VOID(call());` for
/// Result<>. In a coroutine: `CO_TRY(auto value, co_await call());`, `CO_TRY_VOID(co_await
/// call());`. These four are the only macros of the project.
#define TRY(decl, ...) COFFER_TRY_IMPL(COFFER_CONCAT(try_, __LINE__), decl, (__VA_ARGS__), return )
#define TRY_VOID(...) COFFER_TRY_VOID_IMPL(COFFER_CONCAT(try_, __LINE__), (__VA_ARGS__), return )
#define CO_TRY(decl, ...) \
  COFFER_TRY_IMPL(COFFER_CONCAT(try_, __LINE__), decl, (__VA_ARGS__), co_return )
#define CO_TRY_VOID(...) \
  COFFER_TRY_VOID_IMPL(COFFER_CONCAT(try_, __LINE__), (__VA_ARGS__), co_return )
