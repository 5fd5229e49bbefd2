// SPDX-License-Identifier: Apache-2.0
// Downloads from an HTTPS server with every fault a content network has.
#include "download.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include "../../../lib/temp_folder.hpp"
#include "certificate_codes.hpp"
#include "tls_server.hpp"

namespace cspkit::office::process {
namespace {

using std::chrono::milliseconds;
using test::Reply;
using test::TempFolder;
using test::TlsServer;
using testing::ElementsAre;
using testing::HasSubstr;

class DownloadTest : public testing::Test {
 protected:
  static void SetUpTestSuite() {
    authority_ = new test::Identity(test::make_authority("Test root"));
    identity_ = new test::Identity(test::make_certificate({}, *authority_));
  }
  static void TearDownTestSuite() {
    delete authority_;
    delete identity_;
  }
  DownloadTest() {
    test::write_text(folder_.file("ca.pem"), authority_->pem());
    options_.ca_file = folder_.file("ca.pem");
    options_.tries = 4;
    clock_.now = [this] { return now_; };
    clock_.pause = [this](milliseconds time) {
      pauses_.push_back(time.count());
      now_ += time;
      return pauses_.size() < stop_after_;
    };
    clock_.progress = [this](std::uint64_t got, std::uint64_t) {
      if (got != 0 && got == last_) now_ += idle_;  // it looks again about once a second
      last_ = got;
      return !give_up_;
    };
    clock_.log = [this](std::string_view line) { log_.emplace_back(line); };
    body_.resize(100'000);
    for (std::size_t i = 0; i < body_.size(); ++i) body_[i] = static_cast<char>(i * 31 % 251);
  }
  Reply whole() const {
    Reply reply;
    reply.body = body_;
    reply.etag = "\"v1\"";
    return reply;
  }
  DownloadResult get(const std::string& url) {
    return download(url, folder_.file("partial"), folder_.file("file"), options_, clock_);
  }
  DownloadResult get() { return get(server_.url("/setup.exe")); }
  std::string file() const { return test::read_text(folder_.file("file")); }
  bool has_file() const { return std::filesystem::exists(folder_.file("file")); }

  static inline test::Identity* authority_ = nullptr;
  static inline test::Identity* identity_ = nullptr;
  TempFolder folder_;
  TlsServer server_{*identity_};
  DownloadOptions options_;
  DownloadClock clock_;
  milliseconds now_{1000};
  std::vector<std::int64_t> pauses_;
  std::size_t stop_after_ = 1000;
  bool give_up_ = false;
  std::uint64_t last_ = 0;
  milliseconds idle_{0};
  std::vector<std::string> log_;
  std::string body_;
};

TEST_F(DownloadTest, TheWholeFile) {
  server_.set("/setup.exe", {whole()});
  const DownloadResult result = get();
  EXPECT_EQ(result.status, 0) << result.text;
  EXPECT_TRUE(file() == body_);
  EXPECT_TRUE(pauses_.empty());
  EXPECT_FALSE(std::filesystem::exists(folder_.file("partial")));
  EXPECT_FALSE(std::filesystem::exists(folder_.file("partial.tag")));
}

TEST_F(DownloadTest, TriesAgainLaterAndLater) {
  Reply broken;
  broken.status = 500;
  broken.body = "out of order";
  server_.set("/setup.exe", {broken, broken, broken, whole()});
  EXPECT_EQ(get().status, 0);
  EXPECT_TRUE(file() == body_);
  EXPECT_THAT(pauses_, ElementsAre(1000, 2000, 4000));
  EXPECT_THAT(log_, ElementsAre(HasSubstr("500"), HasSubstr("500"), HasSubstr("500")));
}

TEST_F(DownloadTest, EndsAs1460WhenNothingHelps) {
  Reply silent, empty, broken;
  silent.silent = true;
  broken.status = 503;
  const std::pair<std::string, Reply> faults[] = {
      {"silent", silent}, {"empty", empty}, {"503", broken}};
  for (const auto& [name, reply] : faults) {
    server_.set("/setup.exe", {reply});
    pauses_.clear();
    const DownloadResult result = get();
    EXPECT_EQ(result.status, kDownloadFailed) << name;
    EXPECT_FALSE(result.text.empty());
    EXPECT_FALSE(has_file()) << name;
    EXPECT_EQ(pauses_.size(), 3U) << name;
  }
  EXPECT_THAT(get(server_.url("/absent")).text, HasSubstr("404"));
  EXPECT_EQ(get("https://localhost:1/setup.exe").status, kDownloadFailed);
  EXPECT_EQ(get("http://localhost:1/setup.exe").status, kDownloadFailed) << "https only";
}

TEST_F(DownloadTest, GoesOnWhereItBroke) {
  Reply half = whole();
  half.sent = 40'000;
  server_.set("/setup.exe", {half, whole()});
  EXPECT_EQ(get().status, 0);
  EXPECT_TRUE(file() == body_);
  const auto requests = server_.requests();
  ASSERT_EQ(requests.size(), 2U);
  EXPECT_EQ(requests[0].range, "");
  EXPECT_EQ(requests[1].range, "bytes=40000-");
}

TEST_F(DownloadTest, AnotherProcessGoesOnToo) {
  Reply half = whole();
  half.sent = 30'000;
  server_.set("/setup.exe", {half, whole()});
  stop_after_ = 0;
  EXPECT_TRUE(get().abandoned);
  stop_after_ = 1000;
  EXPECT_EQ(get().status, 0);
  EXPECT_TRUE(file() == body_);
  EXPECT_EQ(server_.requests().back().range, "bytes=30000-");
}

TEST_F(DownloadTest, AnotherVersionIsTakenFromItsBeginning) {
  Reply half = whole();
  half.sent = 30'000;
  Reply other = whole();
  other.body = "quite another file";
  other.etag = "\"v2\"";
  server_.set("/setup.exe", {half, other});
  EXPECT_EQ(get().status, 0);
  EXPECT_EQ(file(), "quite another file");
}

TEST_F(DownloadTest, WithoutATagNothingIsBuiltUpon) {
  Reply half = whole();
  half.sent = 30'000;
  half.etag.clear();
  server_.set("/setup.exe", {half, whole()});
  EXPECT_EQ(get().status, 0);
  EXPECT_TRUE(file() == body_);
  EXPECT_EQ(server_.requests().back().range, "");
}

TEST_F(DownloadTest, APromiseThatIsNotKept) {
  Reply promise = whole();
  promise.said_length = body_.size() + 50;
  server_.set("/setup.exe", {promise});
  EXPECT_EQ(get().status, kDownloadFailed);
  EXPECT_FALSE(has_file());
}

TEST_F(DownloadTest, AFileWithoutEndIsCut) {
  options_.size_limit = 50'000;
  server_.set("/setup.exe", {whole()});
  EXPECT_THAT(get().text, HasSubstr("larger than 50000"));
  Reply unsaid = whole();
  unsaid.no_length = true;
  server_.set("/setup.exe", {unsaid});
  EXPECT_THAT(get().text, HasSubstr("larger than 50000"));
  EXPECT_FALSE(has_file());
  EXPECT_FALSE(std::filesystem::exists(folder_.file("partial"))) << "nor does it stay";
}

TEST_F(DownloadTest, AServerThatFallsAsleep) {
  Reply asleep = whole();
  asleep.sent = 10;
  asleep.stalls = true;
  server_.set("/setup.exe", {asleep});
  options_.tries = 1;
  idle_ = milliseconds(61'000);
  const DownloadResult result = get();
  EXPECT_EQ(result.status, kDownloadFailed);
  EXPECT_EQ(result.text, "nothing came for 60 s");
  EXPECT_EQ(last_, 10U) << "it fell asleep after it had begun";
  EXPECT_EQ(server_.requests().size(), 1U);
}

TEST_F(DownloadTest, AnEmptyAnswerIsNotWhatAnEarlierTryLeft) {
  Reply half = whole(), empty;
  half.sent = body_.size() / 2;
  empty.etag = "\"v2\"";
  server_.set("/setup.exe", {half, empty});
  options_.tries = 2;
  const DownloadResult result = get();
  EXPECT_EQ(result.status, kDownloadFailed);
  EXPECT_EQ(result.text, "the server sent nothing");
  EXPECT_FALSE(has_file());
  server_.set("/setup.exe", {whole()});
  EXPECT_EQ(get().status, 0);
  EXPECT_EQ(file(), body_);
}

TEST_F(DownloadTest, TimeIsLimited) {
  Reply broken;
  broken.status = 500;
  server_.set("/setup.exe", {broken});
  options_.tries = 100;
  options_.time_limit = std::chrono::seconds(10);
  EXPECT_EQ(get().status, kDownloadFailed);
  EXPECT_THAT(pauses_, ElementsAre(1000, 2000, 4000));
}

TEST_F(DownloadTest, StopsWhenNobodyWantsItAnyMore) {
  Reply asleep = whole();
  asleep.sent = 10;
  asleep.stalls = true;
  server_.set("/setup.exe", {asleep});
  give_up_ = true;
  EXPECT_TRUE(get().abandoned);
  EXPECT_FALSE(has_file());
}

TEST_F(DownloadTest, FollowsToHttpsOnly) {
  Reply away;
  away.status = 302;
  away.location = server_.url("/real");
  server_.set("/setup.exe", {away});
  server_.set("/real", {whole()});
  EXPECT_EQ(get().status, 0);
  EXPECT_TRUE(file() == body_);
  away.location = "http://localhost/real";
  server_.set("/setup.exe", {away});
  EXPECT_EQ(get().status, kDownloadFailed);
  away.location = server_.url("/setup.exe");
  server_.set("/setup.exe", {away});
  EXPECT_EQ(get().status, kDownloadFailed) << "in a circle";
}

TEST_F(DownloadTest, BadCertificatesHaveTheirOwnCodes) {
  test::CertificateOptions expired, other;
  expired.from = -20 * 86'400;
  expired.to = -86'400;
  other.name = "elsewhere.example";
  const std::tuple<std::string, test::Identity, std::int32_t> servers[] = {
      {"expired", test::make_certificate(expired, *authority_), kCertExpired},
      {"self-signed", test::make_certificate({}), kCertUntrustedRoot},
      {"of another authority", test::make_certificate({}, test::make_authority("Other root")),
       kCertChaining},
      {"for another name", test::make_certificate(other, *authority_), kCertNameMismatch}};
  for (const auto& [name, identity, code] : servers) {
    TlsServer server(identity);
    server.set("/setup.exe", {whole()});
    pauses_.clear();
    const DownloadResult result = get(server.url("/setup.exe"));
    EXPECT_EQ(result.status, code) << name << ": " << result.text;
    EXPECT_TRUE(pauses_.empty()) << "another try does not mend a certificate";
    EXPECT_TRUE(server.requests().empty());
    EXPECT_FALSE(has_file());
  }
}

// A proxy that only hears what is asked of it.
TEST_F(DownloadTest, GoesThroughTheProxy) {
  const int listener = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof(address);
  ASSERT_EQ(::bind(listener, reinterpret_cast<sockaddr*>(&address), size), 0);
  ASSERT_EQ(::listen(listener, 1), 0);
  ASSERT_EQ(::getsockname(listener, reinterpret_cast<sockaddr*>(&address), &size), 0);
  std::string heard;
  std::thread proxy([&] {
    const int client = ::accept(listener, nullptr, nullptr);
    char buffer[1000];
    const ssize_t got = ::read(client, buffer, sizeof(buffer));
    if (got > 0) heard.assign(buffer, static_cast<std::size_t>(got));
    const std::string answer = "HTTP/1.1 403 No\r\nContent-Length: 0\r\n\r\n";
    EXPECT_EQ(::write(client, answer.data(), answer.size()), static_cast<ssize_t>(answer.size()));
    ::close(client);
  });
  options_.proxy = "http://127.0.0.1:" + std::to_string(ntohs(address.sin_port));
  options_.tries = 1;
  EXPECT_EQ(get("https://cdn.example/setup.exe").status, kDownloadFailed);
  proxy.join();
  ::close(listener);
  EXPECT_EQ(heard.rfind("CONNECT cdn.example:443 ", 0), 0U) << heard;
}

}  // namespace
}  // namespace cspkit::office::process
