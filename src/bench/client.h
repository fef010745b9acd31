#pragma once

#include "base/task.h"
#include "bench/stream.h"
#include "bench/target.h"

#include <boost/asio/any_io_executor.hpp>

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace coffer::bench {

struct Request {
  std::string method;
  std::string path;   ///< as it is sent
  std::string query;  ///< as it is sent
  std::string_view body;
  std::string payload_hash;  ///< what x-amz-content-sha256 says, when the target is signed for
};

/// The payload hash of a request without a body.
const std::string& empty_payload_hash();

/// The value of the first field of that name in the head of a request or an answer; empty when
/// there is none. `head` ends with its empty line.
std::string_view field_of(std::string_view head, std::string_view name);
/// 0 when the head announces none.
std::uint64_t content_length_of(std::string_view head);

/// What of an answer's head matters to a load generator.
struct AnswerHead {
  int status = 0;  ///< 0: no HTTP answer
  std::uint64_t content_length = 0;
  bool chunked = false;
  bool close = false;  ///< the server ends the connection after it
};
AnswerHead parse_answer_head(std::string_view head);

/// One connection to a target, opened when it is first needed and again after it ended. One request
/// at a time; answers' bodies are read and dropped. Belongs to one event loop.
class Client {
 public:
  Client(boost::asio::any_io_executor executor, const Target& target);
  /// The answer's status; 0 when there was no whole answer. `request` outlives the call.
  Task<int> send(const Request& request);

 private:
  Task<int> exchange(const Request& request);
  std::string head_of(const Request& request) const;
  Task<bool> read_more();
  Task<AnswerHead> read_head();
  Task<bool> drop(std::uint64_t count);
  Task<bool> drop_chunks();

  const boost::asio::any_io_executor executor_;
  const Target target_;
  std::unique_ptr<Stream> stream_;  ///< null while not connected
  std::vector<char> buffer_;
  std::size_t begin_ = 0;  ///< of what was read and not used, in buffer_
  std::size_t end_ = 0;
};

}  // namespace coffer::bench
