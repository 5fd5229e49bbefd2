// SPDX-License-Identifier: Apache-2.0
// run: one session over all its messages. A bad one does not stop the others.
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <map>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

#include "bundled.hpp"
#include "commands.hpp"
#include "device.hpp"
#include "output.hpp"

namespace cspctl {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kReplySuffix = ".reply.xml";

bool ends_with(std::string_view text, std::string_view end) {
  return text.size() >= end.size() && text.substr(text.size() - end.size()) == end;
}

// A reply is one line: what breaks lines in character data goes as a reference.
std::string reply_line(const std::string& reply) {
  std::string line;
  line.reserve(reply.size());
  for (const char c : reply) {
    if (c == '\n') {
      line += "&#10;";
    } else if (c == '\r') {
      line += "&#13;";
    } else {
      line += c;
    }
  }
  return line;
}

struct Message {
  std::string path;
  fs::path reply;  // empty without --out
};

class Run {
 public:
  Run(cspkit::Engine& engine, const Options& options)
      : options_(options), session_(engine.open_session(principal_of(options))) {}

  int run() {
    if (!collect()) return kExitUsage;
    for (const Message& message : messages_) process(message);
    return exit_code_;
  }

 private:
  void fail(int code, const std::string& what) {
    print_error(what);
    exit_code_ = std::max(exit_code_, code);
  }

  // Which files, and where their replies go. False when nothing can be done at all.
  bool collect() {
    std::error_code error;
    if (!options_.out.empty() && !fs::create_directories(options_.out, error) && error) {
      fail(kExitUsage, "--out " + options_.out + ": " + error.message());
      return false;
    }
    for (const std::string& path : options_.paths) {
      if (path != "-" && fs::is_directory(path, error)) {
        add_directory(path);
      } else {
        messages_.push_back({path, {}});
      }
    }
    return options_.out.empty() || name_replies();
  }

  void add_directory(const std::string& path) {
    const auto files = xml_files(path);
    if (!files) return fail(kExitUsage, path + ": " + files.error().text());
    // Replies of an earlier run are no messages.
    std::error_code error;
    const bool holds_replies =
        !options_.out.empty() && fs::equivalent(path, options_.out, error) && !error;
    bool any = false;
    for (const fs::path& file : *files) {
      if (holds_replies && ends_with(file.string(), kReplySuffix)) continue;
      messages_.push_back({file.string(), {}});
      any = true;
    }
    if (!any) fail(kExitUsage, path + ": the directory holds no *.xml");
  }

  bool name_replies() {
    std::map<fs::path, std::string> taken;
    for (Message& message : messages_) {
      std::string name = message.path == "-" ? "stdin" : fs::path(message.path).filename().string();
      if (ends_with(name, ".xml")) name.resize(name.size() - 4);
      message.reply = fs::path(options_.out) / (name + std::string(kReplySuffix));
      const auto [other, fresh] = taken.emplace(message.reply, message.path);
      if (fresh) continue;
      fail(kExitUsage, "--out: the replies to " + other->second + " and " + message.path +
                           " would both be " + message.reply.string());
      return false;
    }
    return true;
  }

  void process(const Message& message) {
    nlohmann::ordered_json object = {{"file", message.path}};
    const std::optional<std::string> error = answer(message, object);
    if (error) {
      object["error"] = *error;
      discard_reply(message);
    }
    if (options_.json) print_json(object);
    flush_output();
  }

  // The reason when there was no reply.
  std::optional<std::string> answer(const Message& message, nlohmann::ordered_json& object) {
    // One byte more than the engine takes is enough for it to refuse the message.
    const auto text = read_input(message.path, cspkit::EngineOptions().max_message_bytes + 1);
    if (!text) {
      fail(kExitUsage, message.path + ": " + text.error().text());
      return text.error().text();
    }
    const auto reply = session_.process(*text);
    if (!reply) {
      fail(kExitInput, message.path + ": " + reply.error().text());
      return reply.error().text();
    }
    const std::vector<int>& statuses = session_.last_statuses();
    const bool good =
        std::all_of(statuses.begin(), statuses.end(), [](int status) { return status / 100 == 2; });
    if (!good) exit_code_ = std::max<int>(exit_code_, kExitStatus);
    deliver(message, reply_line(*reply), object);
    object["statuses"] = statuses;
    return std::nullopt;
  }

  void deliver(const Message& message, const std::string& reply, nlohmann::ordered_json& object) {
    if (options_.json) object["reply"] = reply;
    if (!message.reply.empty()) {
      write_file(message.reply, reply + "\n");
      object["reply_file"] = message.reply.string();
    } else if (!options_.json) {
      print_line(reply);
    }
  }

  // Whole or not at all: a reader of the folder never sees half a reply.
  void write_file(const fs::path& path, const std::string& text) {
    const std::string part = path.string() + ".part";
    std::FILE* file = std::fopen(part.c_str(), "we");
    bool good = file != nullptr && std::fwrite(text.data(), 1, text.size(), file) == text.size();
    if (file != nullptr) good = std::fclose(file) == 0 && good;
    good = good && std::rename(part.c_str(), path.c_str()) == 0;
    if (good) return;
    const int why = errno;
    ::unlink(part.c_str());
    fail(kExitUsage, path.string() + ": " + std::strerror(why));
  }

  // A reply of an earlier run must not pass for the answer to a message that got none.
  static void discard_reply(const Message& message) {
    std::error_code error;
    if (!message.reply.empty()) fs::remove(message.reply, error);
  }

  const Options& options_;
  cspkit::Session session_;
  std::vector<Message> messages_;
  int exit_code_ = kExitOk;
};

}  // namespace

int run_messages(cspkit::Engine& engine, const Options& options) {
  return Run(engine, options).run();
}

}  // namespace cspctl
