// SPDX-License-Identifier: Apache-2.0
// Runs programs as a shell would, and keeps what they say.
#ifndef CSPKIT_TESTS_CLI_PROCESS_HPP_
#define CSPKIT_TESTS_CLI_PROCESS_HPP_

#include <sys/types.h>

#include <cstdint>
#include <map>
#include <string>
#include <vector>

namespace cli {

struct Outcome {
  int exit = -1;   ///< exit code; -1 when a signal ended it
  int signal = 0;  ///< the signal, else 0
  std::string out;
  std::string err;
};

struct Command {
  std::vector<std::string> words;  ///< program first
  std::string input;               ///< stdin
  std::uint64_t input_repeat = 0;  ///< then so many times 'A'; stops early when nobody reads
  std::string input_end;           ///< then this
  std::map<std::string, std::string> environment;  ///< beside the inherited one
  std::string folder;                              ///< working directory; "" inherits
  std::string stdout_file;                         ///< written instead of Outcome::out
  bool terminal = false;                           ///< stderr is a terminal
  bool as_nobody = false;                          ///< root hands its rights over first
};

/// A program at work. Its end is the end of this object at the latest.
class Child {
 public:
  explicit Child(const Command& command);
  ~Child();
  Child(const Child&) = delete;
  Child& operator=(const Child&) = delete;

  pid_t pid() const { return pid_; }
  /// Reads until stdout holds a whole line, or the program ended; returns what there is.
  const std::string& read_line();
  /// Returns when the program has a handler for the signal, or has ended. False in the latter case.
  bool await_handler(int signal) const;
  void send(int signal) const;
  /// Feeds the input, reads to the end, waits.
  Outcome finish();

 private:
  enum class Until { kLine, kEnd };
  void pump(Until until);
  bool feed();
  static bool read_some(int& fd, std::string& text);

  pid_t pid_ = -1;
  int in_ = -1;
  int out_ = -1;
  int err_ = -1;
  std::string input_;
  std::uint64_t repeat_ = 0;
  std::string input_end_;
  Outcome outcome_;
};

Outcome run(const Command& command);

/// False where no pseudo-terminals are mounted (a bare chroot).
bool has_terminals();

}  // namespace cli

#endif  // CSPKIT_TESTS_CLI_PROCESS_HPP_
