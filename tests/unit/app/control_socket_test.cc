#include "app/control_socket.h"

#include "services_fixture.h"
#include "temporary_directory.h"

#include <boost/asio/buffer.hpp>
#include <boost/asio/local/stream_protocol.hpp>
#include <boost/asio/read.hpp>
#include <boost/asio/read_until.hpp>
#include <boost/asio/write.hpp>
#include <gmock/gmock.h>

#include <atomic>
#include <thread>

namespace coffer::app {
namespace {

namespace asio = boost::asio;
namespace json = boost::json;
using Local = asio::local::stream_protocol;

/// A control server whose loop runs on a thread of its own.
class ControlSocketTest : public test::ServicesTest {
 protected:
  ControlSocketTest() {
    EXPECT_TRUE(server_.listen(path_));
    loop_.restart();
    thread_ = std::thread([this] { loop_.run(); });
  }
  ~ControlSocketTest() override { stop(); }

  /// As the server does: with the loop at rest.
  void stop() {
    if (!thread_.joinable()) return;
    loop_.stop();
    thread_.join();
    server_.stop();
    loop_.restart();
    loop_.run();
  }
  Result<std::optional<json::object>> ask(std::string_view command) {
    json::object request;
    request["command"] = command;
    return ask_running_server(path_, request);
  }

  test::TemporaryDirectory directory_;
  const std::filesystem::path path_ = control_socket_path(directory_.path());
  ControlServer server_{loop_, *administration_};
  std::thread thread_;
};

TEST_F(ControlSocketTest, AnswersItsOwnUser) {
  const auto answer = ask("account.list");
  ASSERT_TRUE(answer && *answer);
  EXPECT_TRUE((*answer)->at("ok").as_bool()) << **answer;
  EXPECT_EQ((*answer)->at("result").as_array().size(), 1U);
  const auto refused = ask("nonsense");
  ASSERT_TRUE(refused && *refused);
  EXPECT_FALSE((*refused)->at("ok").as_bool());
}

TEST_F(ControlSocketTest, IsForItsOwnerAlone) { EXPECT_EQ(test::mode_of(path_), 0600U); }

TEST_F(ControlSocketTest, AnswersManyAtOnce) {
  std::vector<std::thread> threads;
  threads.reserve(8);
  std::atomic<int> answered{0};
  for (int i = 0; i < 8; ++i) {
    threads.emplace_back([&] {
      const auto answer = ask("account.list");
      if (answer && *answer && (*answer)->at("ok").as_bool()) ++answered;
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(answered, 8);
}

TEST_F(ControlSocketTest, IsGoneAfterTheStop) {
  stop();
  EXPECT_FALSE(std::filesystem::exists(path_));
  const auto answer = ask("account.list");
  ASSERT_TRUE(answer);
  EXPECT_FALSE(*answer);
}

TEST_F(ControlSocketTest, EndsConnectionsThatWaitWhenItStops) {
  asio::io_context other;
  Local::socket socket(other);
  socket.connect(Local::endpoint(path_.string()));
  ASSERT_TRUE(ask("account.list"));  // by now the silent connection has been accepted
  stop();
  char byte = 0;
  boost::system::error_code code;
  asio::read(socket, asio::buffer(&byte, 1), code);
  EXPECT_EQ(code, asio::error::eof);
}

TEST_F(ControlSocketTest, SurvivesWhatIsNoCommand) {
  asio::io_context other;
  Local::socket socket(other);
  socket.connect(Local::endpoint(path_.string()));
  asio::write(socket, asio::buffer(std::string("not json\n[[[[[[[[[[1]]]]]]]]]]\n")));
  std::string line;
  for (int i = 0; i < 2; ++i) {
    const std::size_t length = asio::read_until(socket, asio::dynamic_buffer(line), '\n');
    EXPECT_THAT(line.substr(0, length), ::testing::HasSubstr("\"ok\":false"));
    line.erase(0, length);
  }
  EXPECT_TRUE(ask("account.list"));
}

TEST_F(ControlSocketTest, ReplacesTheSocketOfACrash) {
  stop();
  test::write_file(path_, "left over");
  ControlServer next(loop_, *administration_);
  EXPECT_TRUE(next.listen(path_));
  next.stop();
  loop_.restart();
  loop_.run();
}

TEST_F(ControlSocketTest, RefusesALongPath) {
  ControlServer other(loop_, *administration_);
  const auto listened = other.listen("/tmp/" + std::string(120, 'x'));
  ASSERT_FALSE(listened);
  EXPECT_EQ(listened.error().code(), ErrorCode::InvalidConfiguration);
  const auto answer = ask_running_server("/tmp/" + std::string(120, 'x'), {});
  ASSERT_TRUE(answer);
  EXPECT_FALSE(*answer);
}

}  // namespace
}  // namespace coffer::app
