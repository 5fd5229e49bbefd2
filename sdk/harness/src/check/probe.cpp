// SPDX-License-Identifier: Apache-2.0
#include "check/probe.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <cerrno>

namespace cspkit::harness::check {
namespace {

/// One message is one line; fields end with a tab.
std::string escaped(std::string_view text) {
  std::string out;
  for (const char c : text) {
    if (c == '\\') {
      out += "\\\\";
    } else if (c == '\n') {
      out += "\\n";
    } else if (c == '\t') {
      out += "\\t";
    } else {
      out += c;
    }
  }
  return out;
}

std::string number(std::chrono::nanoseconds time) { return std::to_string(time.count()); }

}  // namespace

void Probe::send(char kind, const std::vector<std::string>& fields) {
  std::string line(1, kind);
  for (const std::string& field : fields) line += '\t' + escaped(field);
  line += '\n';
  std::string_view rest = line;
  while (!rest.empty()) {
    const ssize_t written = ::write(fd_, rest.data(), rest.size());
    if (written < 0 && errno == EINTR) continue;
    if (written <= 0) ::_exit(3);  // nobody listens any more
    rest.remove_prefix(static_cast<std::size_t>(written));
  }
}

bool Probe::step(const std::string& place, const std::string& what) {
  if (steps_++ < skipped_ || bad_places_.count(place) != 0) return false;
  place_ = place;
  send('S', {std::to_string(steps_), place, what});
  return true;
}

bool Probe::prepare_tree() {
  ++steps_;
  if (bad_places_.count(kTree) != 0) return false;
  at(kTree, "reading all values");
  return true;
}

void Probe::at(const std::string& place, const std::string& what) {
  place_ = place;
  send('S', {std::to_string(steps_), place, what});
}

void Probe::report(const Finding& finding) {
  constexpr std::size_t kLongest = 1000;  // a provider may say anything
  std::string text = finding.text.substr(0, kLongest);
  if (text.size() < finding.text.size()) text += "...";
  send('F', {std::to_string(static_cast<int>(finding.severity)), finding.code, finding.provider,
             finding.handler, finding.verb, finding.uri.empty() ? place_ : finding.uri, text,
             finding.remedy, std::to_string(finding.count)});
}

void Probe::report(const Breach& breach) {
  Finding finding;
  finding.severity = breach.severity;
  finding.code = breach.code;
  finding.provider = breach.provider;
  finding.handler = breach.handler;
  finding.verb = breach.verb;
  finding.uri = breach.uri;
  finding.text = breach.text;
  finding.remedy = breach.remedy;
  finding.count = breach.count;
  report(finding);
}

void Probe::left_out(const std::string& text) { send('L', {text}); }

void Probe::about(const std::string& plugin_id, const std::string& version,
                  const std::string& abi) {
  send('A', {plugin_id, version, abi});
}

void Probe::provider(const CheckedProvider& provider) {
  std::vector<std::string> fields = {provider.name};
  fields.insert(fields.end(), provider.roots.begin(), provider.roots.end());
  send('P', fields);
}

void Probe::time(const CallTime& time) {
  send('T', {time.provider, time.handler, time.verb, std::to_string(time.count), number(time.total),
             number(time.longest)});
}

void Probe::leaks_checked() { send('K', {}); }

void Probe::alive() { send('.', {}); }

void Probe::finished() { send('E', {}); }

}  // namespace cspkit::harness::check
