#include "http/timer_wheel.h"

#include <algorithm>

namespace coffer::http {

void TimerWheel::Node::unlink() {
  previous->next = next;
  next->previous = previous;
  previous = next = this;
}

void TimerWheel::Node::insert_before(Node& position) {
  previous = position.previous;
  next = &position;
  previous->next = this;
  position.previous = this;
}

TimerWheel::Deadline::~Deadline() {
  if (linked_) wheel_.unlink(*this);
}

void TimerWheel::Deadline::arm(TimePoint at) {
  at_ = at;
  armed_ = true;
  expired_ = false;
  // Linked early enough: it will be looked at no later than it must, and moved on then.
  if (linked_ && tick_ <= wheel_.tick_of(at) + 1) return;
  if (linked_) wheel_.unlink(*this);
  wheel_.link(*this);
}

TimerWheel::TimerWheel(const Clock& clock, std::function<void()> start_ticking)
    : clock_(clock),
      start_ticking_(std::move(start_ticking)),
      epoch_(clock.monotonic()),
      now_(epoch_) {}

std::uint64_t TimerWheel::tick_of(TimePoint time) const {
  return time <= epoch_ ? 0 : static_cast<std::uint64_t>((time - epoch_) / kTick);
}

TimerWheel::TimePoint TimerWheel::now() {
  if (empty()) {  // nobody ticks
    now_ = clock_.monotonic();
    current_ = tick_of(now_);
  }
  return now_;
}

void TimerWheel::link(Deadline& deadline) {
  // The slot after the deadline's own tick, so that it has passed when the slot is looked at.
  deadline.tick_ = std::clamp(tick_of(deadline.at_) + 1, current_ + 1, current_ + kSlots - 1);
  deadline.insert_before(slots_[deadline.tick_ % kSlots]);
  deadline.linked_ = true;
  if (++linked_count_ == 1) start_ticking_();
}

void TimerWheel::unlink(Deadline& deadline) {
  deadline.Node::unlink();
  deadline.linked_ = false;
  --linked_count_;
}

void TimerWheel::advance() {
  now_ = clock_.monotonic();
  const std::uint64_t target = tick_of(now_);
  // After a long gap one round sees every entry.
  if (target > current_ + kSlots) current_ = target - kSlots;
  while (current_ < target) {
    ++current_;
    Node& slot = slots_[current_ % kSlots];
    Node due;  // taken out first: an entry linked again may land in this very slot
    if (slot.next != &slot) {
      due.insert_before(slot);
      slot.unlink();
    }
    while (due.next != &due) {
      auto& deadline = static_cast<Deadline&>(*due.next);
      unlink(deadline);
      if (!deadline.armed_) continue;
      if (deadline.at_ > now_) {
        link(deadline);
        continue;
      }
      deadline.armed_ = false;
      deadline.expired_ = true;
      deadline.owner_.on_deadline();
    }
  }
}

}  // namespace coffer::http
