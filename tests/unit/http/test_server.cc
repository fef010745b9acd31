#include "test_server.h"

#include "base/stream.h"

#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <arpa/inet.h>
#include <charconv>
#include <netinet/tcp.h>
#include <poll.h>
#include <stdexcept>
#include <sys/socket.h>
#include <thread>
#include <unistd.h>

namespace coffer::http {
namespace {

namespace asio = boost::asio;

/// Longer than any step of a test takes; reached only by a failure.
constexpr std::chrono::seconds kPatience{30};

class PatternSource final : public ByteSource {
 public:
  PatternSource(std::uint64_t size, bool fails) : size_(size), fails_(fails) {}
  Task<Result<std::size_t>> read(MutableBytes out) override {
    if (position_ == size_) {
      if (fails_) co_return Error(ErrorCode::Corrupt, "made to fail");
      co_return 0;
    }
    // Uneven pieces, so that buffers fill from several reads.
    const std::uint64_t piece = std::min<std::uint64_t>({out.size(), size_ - position_, 70'001});
    for (std::size_t i = 0; i < piece; ++i) {
      out[i] = static_cast<std::byte>(pattern_byte(position_ + i));
    }
    position_ += piece;
    co_return static_cast<std::size_t>(piece);
  }

 private:
  const std::uint64_t size_;
  const bool fails_;
  std::uint64_t position_ = 0;
};

std::uint64_t number_after(std::string_view path, std::size_t which) {
  for (; which > 0; --which) path.remove_prefix(path.find('/', 1));
  path.remove_prefix(1);
  std::uint64_t value = 0;
  std::from_chars(path.data(), path.data() + path.size(), value);
  return value;
}

Response text(int status, std::string body) {
  Response response(status);
  response.headers.add("Content-Type", "text/plain");
  response.body = std::move(body);
  return response;
}

Task<Response> sink(Request& request) {
  std::vector<std::byte> buffer(100'003);
  std::uint64_t total = 0;
  bool same = true;
  for (;;) {
    const Result<std::size_t> count = co_await request.body->read(buffer);
    if (!count) co_return text(400, std::string(to_string(count.error().code())));
    if (*count == 0) break;
    for (std::size_t i = 0; i < *count; ++i) {
      same = same && buffer[i] == static_cast<std::byte>(pattern_byte(total + i));
    }
    total += *count;
  }
  co_return text(200, (same ? "ok " : "bad ") + std::to_string(total));
}

std::string describe(const Request& request) {
  std::string out;
  out += "method=" + request.method + "\npath=" + request.path + "\nquery=" + request.query;
  out += "\nhost=" + request.host + "\nclient=" + request.client.to_string();
  out += "\nhas_body=" + std::to_string(request.has_body);
  out += "\ntls=" + std::to_string(request.tls) + "\nid=" + request.id + "\n";
  for (const Header& header : request.headers) out += header.name + ": " + header.value + "\n";
  return out;
}

}  // namespace

char pattern_byte(std::uint64_t position) {
  return static_cast<char>((position * 0x9e3779b97f4a7c15ULL) >> 56);
}

std::string pattern(std::size_t size) {
  std::string out(size, '\0');
  for (std::size_t i = 0; i < size; ++i) out[i] = pattern_byte(i);
  return out;
}

Task<Response> TestHandler::wait() {
  ++waiting_;
  asio::steady_timer timer(co_await asio::this_coro::executor);
  while (!released_) {
    timer.expires_after(std::chrono::milliseconds(1));
    co_await timer.async_wait(asio::use_awaitable);
  }
  --waiting_;
  co_return text(200, "released");
}

Task<Response> TestHandler::handle(Request& request) {
  ++calls_;
  const std::string& path = request.path;
  if (path == "/hello") co_return text(200, "hello");
  if (path == "/request") {
    request.log_operation = "Describe";
    request.log_principal = "tester";
    co_return text(200, describe(request));
  }
  if (path == "/sink") co_return co_await sink(request);
  if (path == "/early") co_return text(403, "no");
  if (path == "/wait") co_return co_await wait();
  if (path == "/throw") throw std::runtime_error("a bug");
  if (path == "/204" || path == "/304") {
    co_return text(static_cast<int>(number_after(path, 0)), "must not be sent");
  }
  if (path == "/head") {
    Response response(200);
    response.head_content_length = 1234;
    co_return response;
  }
  if (path == "/evil-header") {
    Response response(200);
    response.headers.add("x-amz-meta-a", "b\r\nSet-Cookie: c");
    co_return response;
  }
  if (path == "/read-some") {
    std::vector<std::byte> buffer(10);
    const Result<std::size_t> count = co_await request.body->read(buffer);
    co_return text(200, count ? "some" : std::string(to_string(count.error().code())));
  }
  const bool breaks = path.starts_with("/breaks/");
  const bool ends = path.starts_with("/short/");
  if (breaks || ends || path.starts_with("/stream/")) {
    Response response(200);
    response.content_length = number_after(path, 1);
    const std::uint64_t size = breaks || ends ? number_after(path, 2) : response.content_length;
    response.stream = std::make_unique<PatternSource>(size, breaks);
    co_return response;
  }
  co_return text(404, "not found");
}

Response TestHandler::instead_of_broken(const Request&, const Error& error) {
  return text(500, std::string(to_string(error.code())));
}

TestServer::TestServer(Options options) {
  ServerConfig config;
  ListenerConfig listener;
  listener.address = "127.0.0.1:0";
  listener.name = "test";
  listener.tls = options.tls.has_value();
  listener.handler = &handler_;
  config.listeners.push_back(std::move(listener));
  config.limits = options.limits;
  config.loops = options.loops;
  config.tls = options.tls;
  config.trusted_proxies = options.trusted_proxies;
  config.access_log = [this](std::string line) {
    const std::lock_guard lock(mutex_);
    lines_.push_back(std::move(line));
  };
  server_ = std::make_unique<Server>(std::move(config), clock_, random_);
  const Result<> started = server_->start();
  if (!started) throw std::runtime_error(started.error().detail());
}

std::uint16_t TestServer::port() const {
  const std::string address = server_->addresses().front();
  return static_cast<std::uint16_t>(std::stoi(address.substr(address.rfind(':') + 1)));
}

std::vector<std::string> TestServer::log_lines() const {
  const std::lock_guard lock(mutex_);
  return lines_;
}

std::vector<std::string> TestServer::wait_for_log(std::size_t count) const {
  const auto give_up = std::chrono::steady_clock::now() + kPatience;
  std::vector<std::string> lines = log_lines();
  while (lines.size() < count && std::chrono::steady_clock::now() < give_up) {
    std::this_thread::yield();
    lines = log_lines();
  }
  return lines;
}

std::string Answer::field(std::string_view name) const {
  std::size_t line = head.find("\r\n");
  while (line != std::string::npos) {
    line += 2;
    const std::size_t end = std::min(head.find("\r\n", line), head.size());
    const std::string_view text = std::string_view(head).substr(line, end - line);
    const std::size_t colon = text.find(':');
    if (colon != std::string_view::npos && equals_ignore_case(text.substr(0, colon), name)) {
      return std::string(trim_ascii(text.substr(colon + 1)));
    }
    line = head.find("\r\n", line);
  }
  return {};
}

RawClient::RawClient(std::uint16_t port) : descriptor_(::socket(AF_INET, SOCK_STREAM, 0)) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  const timeval patience{kPatience.count(), 0};
  ::setsockopt(descriptor_, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience));
  ::setsockopt(descriptor_, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof(patience));
  const int on = 1;
  ::setsockopt(descriptor_, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
  if (::connect(descriptor_, reinterpret_cast<const sockaddr*>(&address), sizeof(address)) != 0) {
    throw std::runtime_error("cannot connect");
  }
}

RawClient::~RawClient() { ::close(descriptor_); }

bool RawClient::send(std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t sent = ::send(descriptor_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (sent <= 0) return false;
    bytes.remove_prefix(static_cast<std::size_t>(sent));
  }
  return true;
}

void RawClient::send_byte_by_byte(std::string_view bytes) {
  for (const char c : bytes) send(std::string_view(&c, 1));
}

bool RawClient::read_more() {
  std::array<char, 65536> buffer{};
  const ssize_t count = ::recv(descriptor_, buffer.data(), buffer.size(), 0);
  if (count > 0) {
    pending_.append(buffer.data(), static_cast<std::size_t>(count));
    return true;
  }
  if (count < 0) end_ = errno == EAGAIN ? "<timeout>" : "<reset>";
  return false;
}

Answer RawClient::receive(bool head_only) {
  Answer answer;
  std::size_t end = pending_.find("\r\n\r\n");
  while (end == std::string::npos) {
    if (!read_more()) return answer;
    end = pending_.find("\r\n\r\n");
  }
  answer.head = pending_.substr(0, end + 2);
  pending_.erase(0, end + 4);
  answer.status = std::stoi(answer.head.substr(9, 3));
  const std::string length = answer.field("content-length");
  if (head_only || length.empty()) {
    answer.whole = true;
    return answer;
  }
  const std::size_t size = std::stoul(length);
  while (pending_.size() < size && read_more()) {
  }
  answer.whole = pending_.size() >= size;
  answer.body = pending_.substr(0, size);
  pending_.erase(0, size);
  return answer;
}

std::string RawClient::receive_all() {
  while (read_more()) {
  }
  return std::exchange(pending_, {}) + end_;
}

bool RawClient::readable_within(std::chrono::milliseconds limit) {
  pollfd poll{descriptor_, POLLIN, 0};
  return ::poll(&poll, 1, static_cast<int>(limit.count())) > 0;
}

void RawClient::end_sending() { ::shutdown(descriptor_, SHUT_WR); }

std::string make_request(std::string_view method, std::string_view target, std::string_view more,
                         std::string_view body) {
  std::string out(method);
  out += ' ';
  out += target;
  out += " HTTP/1.1\r\nHost: Example.test\r\n";
  out += more;
  out += "\r\n";
  out += body;
  return out;
}

}  // namespace coffer::http
