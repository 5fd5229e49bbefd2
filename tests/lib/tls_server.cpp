// SPDX-License-Identifier: Apache-2.0
#include "tls_server.hpp"

#include <fcntl.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <cstdlib>
#include <stdexcept>

namespace cspkit::test {
namespace {

constexpr int kPatience = 10;  // seconds; a test that needs more has failed

std::string header(const std::string& request, const std::string& name) {
  const std::size_t at = request.find("\r\n" + name + ": ");
  if (at == std::string::npos) return {};
  const std::size_t start = at + name.size() + 4;
  return request.substr(start, request.find("\r\n", start) - start);
}

// The answer's head; `from` is the first byte of the body that is sent.
std::string head(const Reply& reply, std::size_t from) {
  std::string text = "HTTP/1.1 " + std::to_string(from != 0 ? 206 : reply.status) +
                     " It is so\r\nConnection: close\r\n";
  if (!reply.etag.empty()) text += "ETag: " + reply.etag + "\r\n";
  if (!reply.location.empty()) text += "Location: " + reply.location + "\r\n";
  const std::size_t size = reply.body.size();
  if (from != 0) {
    text += "Content-Range: bytes " + std::to_string(from) + "-" + std::to_string(size - 1) + "/" +
            std::to_string(size) + "\r\n";
  }
  if (!reply.no_length) {
    text += "Content-Length: " + std::to_string(reply.said_length.value_or(size - from)) + "\r\n";
  }
  return text + "\r\n";
}

}  // namespace

TlsServer::TlsServer(const Identity& identity)
    : context_(SSL_CTX_new(TLS_server_method()), SSL_CTX_free) {
  std::signal(SIGPIPE, SIG_IGN);  // a client that went away is no reason to die
  SSL_CTX_use_certificate(context_.get(), identity.certificate.get());
  SSL_CTX_use_PrivateKey(context_.get(), identity.key.get());
  listener_ = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof(address);
  if (::bind(listener_, reinterpret_cast<sockaddr*>(&address), size) != 0 ||
      ::listen(listener_, 16) != 0 ||
      ::getsockname(listener_, reinterpret_cast<sockaddr*>(&address), &size) != 0 ||
      ::pipe2(stop_, O_CLOEXEC) != 0) {
    throw std::runtime_error("no server on 127.0.0.1");
  }
  port_ = ntohs(address.sin_port);
  thread_ = std::thread([this] { serve(); });
}

TlsServer::~TlsServer() {
  ::close(stop_[1]);
  thread_.join();
  ::close(stop_[0]);
  ::close(listener_);
}

void TlsServer::set(const std::string& path, std::vector<Reply> replies) {
  const std::lock_guard<std::mutex> guard(mutex_);
  replies_[path] = std::move(replies);
  served_[path] = 0;
}

std::string TlsServer::url(const std::string& path, const std::string& host) const {
  return "https://" + host + ":" + std::to_string(port_) + path;
}

std::vector<Request> TlsServer::requests() const {
  const std::lock_guard<std::mutex> guard(mutex_);
  return requests_;
}

Reply TlsServer::next_reply(const Request& request) {
  const std::lock_guard<std::mutex> guard(mutex_);
  requests_.push_back(request);
  const auto found = replies_.find(request.path);
  if (found == replies_.end() || found->second.empty()) {
    Reply missing;
    missing.status = 404;
    missing.body = "no such file";
    return missing;
  }
  std::size_t& served = served_[request.path];
  const std::size_t index = std::min(served++, found->second.size() - 1);
  return found->second[index];
}

void TlsServer::serve() {
  for (;;) {
    pollfd events[] = {{listener_, POLLIN, 0}, {stop_[0], POLLIN, 0}};
    if (::poll(events, 2, -1) < 0) continue;
    if (events[1].revents != 0) return;
    const int client = ::accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
    if (client < 0) continue;
    const timeval patience{kPatience, 0};
    ::setsockopt(client, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience));
    ::setsockopt(client, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof(patience));
    answer(client);
    ::close(client);
  }
}

void TlsServer::wait_for_the_end(int client) const {
  pollfd events[] = {{client, POLLIN | POLLRDHUP, 0}, {stop_[0], POLLIN, 0}};
  ::poll(events, 2, kPatience * 1000);
}

bool TlsServer::send(SSL* ssl, const std::string& bytes) const {
  return bytes.empty() || SSL_write(ssl, bytes.data(), static_cast<int>(bytes.size())) > 0;
}

void TlsServer::answer(int client) {
  const std::unique_ptr<SSL, void (*)(SSL*)> ssl(SSL_new(context_.get()), SSL_free);
  SSL_set_fd(ssl.get(), client);
  if (SSL_accept(ssl.get()) != 1) return;  // it did not like the certificate
  std::string text;
  char buffer[4096];
  while (text.find("\r\n\r\n") == std::string::npos) {
    const int got = SSL_read(ssl.get(), buffer, sizeof(buffer));
    if (got <= 0) return;
    text.append(buffer, static_cast<std::size_t>(got));
  }
  Request request;
  const std::size_t start = text.find(' ') + 1;
  request.path = text.substr(start, text.find(' ', start) - start);
  request.range = header(text, "Range");
  const Reply reply = next_reply(request);
  if (reply.silent) return;
  std::size_t from = 0;
  const bool same = !reply.etag.empty() && header(text, "If-Range") == reply.etag;
  if (same && request.range.rfind("bytes=", 0) == 0) {
    from = std::strtoull(request.range.c_str() + 6, nullptr, 10);
    if (from >= reply.body.size()) from = 0;
  }
  if (!send(ssl.get(), head(reply, from))) return;
  const std::size_t end = std::max(from, std::min(reply.sent, reply.body.size()));
  if (!send(ssl.get(), reply.body.substr(from, end - from))) return;
  if (reply.stalls) {
    wait_for_the_end(client);
  } else {
    SSL_shutdown(ssl.get());
  }
}

}  // namespace cspkit::test
