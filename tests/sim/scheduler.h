#pragma once

#include <boost/asio/execution.hpp>
#include <boost/asio/execution_context.hpp>

#include <memory>
#include <random>
#include <utility>
#include <vector>

namespace coffer::sim {

/// A scheduler without threads or time of its own: whatever is ready waits in one list, and the
/// seed decides what runs next. So every interleaving that real threads and event loops could
/// produce between two suspension points can come up, and each comes up again from its seed.
class Scheduler : public boost::asio::execution_context {
 public:
  explicit Scheduler(std::uint64_t seed) : random_(seed) {}
  ~Scheduler() {
    drop_all();
    shutdown();
    destroy();
  }

  class Executor;
  Executor executor();

  template <class Function>
  void post(Function&& function) {
    using Posted = JobOf<std::decay_t<Function>>;
    ready_.push_back(std::make_unique<Posted>(std::forward<Function>(function)));
  }

  /// Runs one ready job; false when there is none.
  bool step() {
    if (ready_.empty()) return false;
    const std::size_t chosen = random_() % ready_.size();
    std::swap(ready_[chosen], ready_.back());
    const std::unique_ptr<Job> job = std::move(ready_.back());
    ready_.pop_back();
    ++steps_;
    job->run();
    return true;
  }
  std::uint64_t steps() const { return steps_; }

  /// What a crash does to everything under way: nothing of it runs any more. Jobs that are posted
  /// while others are destroyed go the same way.
  void drop_all() {
    while (!ready_.empty()) {
      auto dropped = std::move(ready_);
      ready_.clear();
      dropped.clear();
    }
  }

  std::mt19937_64& random() { return random_; }

 private:
  struct Job {
    virtual ~Job() = default;
    virtual void run() = 0;
  };
  template <class Function>
  struct JobOf final : Job {
    explicit JobOf(Function f) : function(std::move(f)) {}
    void run() override {
      // As executors do: the function ends before what it started may run.
      Function moved(std::move(function));
      moved();
    }
    Function function;
  };

  std::mt19937_64 random_;
  std::vector<std::unique_ptr<Job>> ready_;
  std::uint64_t steps_ = 0;
};

class Scheduler::Executor {
 public:
  explicit Executor(Scheduler& scheduler) : scheduler_(&scheduler) {}
  boost::asio::execution_context& query(boost::asio::execution::context_t) const noexcept {
    return *scheduler_;
  }
  static constexpr boost::asio::execution::blocking_t query(
      boost::asio::execution::blocking_t) noexcept {
    return boost::asio::execution::blocking.never;
  }
  template <class Function>
  void execute(Function&& function) const {
    scheduler_->post(std::forward<Function>(function));
  }
  bool operator==(const Executor&) const noexcept = default;

 private:
  Scheduler* scheduler_;
};

inline Scheduler::Executor Scheduler::executor() { return Executor(*this); }

}  // namespace coffer::sim
