// SPDX-License-Identifier: Apache-2.0
// An HTTPS server on 127.0.0.1 that answers what the test says, faults included.
#ifndef CSPKIT_TESTS_LIB_TLS_SERVER_HPP_
#define CSPKIT_TESTS_LIB_TLS_SERVER_HPP_

#include <openssl/ssl.h>

#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "pki.hpp"

namespace cspkit::test {

struct Reply {
  int status = 200;
  std::string body;
  std::string etag;                             ///< with it, ranges are served
  std::string location;                         ///< of a redirect
  std::optional<std::size_t> said_length = {};  ///< Content-Length, if another than the true one
  bool no_length = false;                       ///< the end of the connection ends the body
  std::size_t sent = std::string::npos;         ///< of the body, then the connection ends
  bool silent = false;                          ///< the connection ends without an answer
  bool stalls = false;                          ///< nothing more comes, and the connection stays
};

struct Request {
  std::string path;
  std::string range;  ///< "bytes=10-", or empty
};

class TlsServer {
 public:
  explicit TlsServer(const Identity& identity);
  ~TlsServer();
  TlsServer(const TlsServer&) = delete;
  TlsServer& operator=(const TlsServer&) = delete;

  /// What the path answers, one after the other; the last one for ever. Without: 404.
  void set(const std::string& path, std::vector<Reply> replies);
  std::string url(const std::string& path, const std::string& host = "localhost") const;
  std::vector<Request> requests() const;

 private:
  void serve();
  void answer(int client);
  Reply next_reply(const Request& request);
  bool send(SSL* ssl, const std::string& bytes) const;
  void wait_for_the_end(int client) const;

  std::unique_ptr<SSL_CTX, void (*)(SSL_CTX*)> context_;
  int listener_ = -1;
  int stop_[2] = {-1, -1};
  std::uint16_t port_ = 0;
  mutable std::mutex mutex_;
  std::map<std::string, std::vector<Reply>> replies_;
  std::map<std::string, std::size_t> served_;
  std::vector<Request> requests_;
  std::thread thread_;
};

}  // namespace cspkit::test

#endif  // CSPKIT_TESTS_LIB_TLS_SERVER_HPP_
