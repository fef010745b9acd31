#include "base/key_locks.h"

#include "support/run.h"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <gtest/gtest.h>

#include <memory>
#include <string>

namespace coffer {
namespace {

using test::rethrow;

Task<> visit(KeyLocks& locks, std::string name, std::string mark, std::string& seen) {
  const KeyLocks::Guard guard = co_await locks.lock(std::move(name));
  seen += "<" + mark;
  for (int i = 0; i < 3; ++i) co_await boost::asio::post(boost::asio::use_awaitable);
  seen += ">";
}

TEST(KeyLocks, LetWaitersInOneByOneInTheirOrder) {
  boost::asio::io_context io;
  KeyLocks locks;
  std::string seen;
  for (const char* mark : {"a", "b", "c", "d"}) {
    boost::asio::co_spawn(io, visit(locks, "name", mark, seen), rethrow);
  }
  io.run();
  EXPECT_EQ(seen, "<a><b><c><d>");
}

TEST(KeyLocks, OfOtherNamesDoNotWait) {
  boost::asio::io_context io;
  KeyLocks locks;
  std::string seen;
  boost::asio::co_spawn(io, visit(locks, "one", "a", seen), rethrow);
  boost::asio::co_spawn(io, visit(locks, "two", "b", seen), rethrow);
  io.run();
  EXPECT_EQ(seen, "<a<b>>");
}

Task<> wait_with(KeyLocks& locks, std::shared_ptr<int> held) {
  const KeyLocks::Guard guard = co_await locks.lock("name");
  *held = 1;
}

// An event loop that ends drops what it was about to run. Whoever had been given the lock and not
// yet resumed must not take it along, or all that wait behind would live as long as the locks.
TEST(KeyLocks, AWaiterThatIsDroppedGivesItsTurnOn) {
  KeyLocks locks;
  const auto witness = std::make_shared<int>(0);
  {
    boost::asio::io_context io;
    KeyLocks::Guard first;
    const auto take = [](KeyLocks& from, KeyLocks::Guard& guard) -> Task<> {
      guard = co_await from.lock("name");
    };
    boost::asio::co_spawn(io, take(locks, first), rethrow);
    for (int i = 0; i < 3; ++i) boost::asio::co_spawn(io, wait_with(locks, witness), rethrow);
    io.poll();
    EXPECT_EQ(witness.use_count(), 4);
    first.release();  // the next is on its way, and the loop does not run any more
  }
  EXPECT_EQ(witness.use_count(), 1) << "all coroutines are gone";
  boost::asio::io_context io;
  boost::asio::co_spawn(io, wait_with(locks, witness), rethrow);
  io.run();
  EXPECT_EQ(*witness, 1) << "the lock is free";
}

}  // namespace
}  // namespace coffer
