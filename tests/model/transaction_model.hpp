// SPDX-License-Identifier: Apache-2.0
// What a device with two providers that keep things outside must do, said as simply as it can be:
// maps, copied whole. Shares nothing with the engine.
#ifndef CSPKIT_TESTS_MODEL_TRANSACTION_MODEL_HPP_
#define CSPKIT_TESTS_MODEL_TRANSACTION_MODEL_HPP_

#include <array>
#include <map>
#include <string>
#include <vector>

namespace cspkit::model {

/// One command: a node below ./Vendor/Test.
struct Command {
  enum class Verb { kAdd, kReplace, kDelete, kExec, kCopy } verb = Verb::kReplace;
  std::string node;
  std::string data;  ///< the source of a Copy
};

/// Where the process of a request is cut off.
enum class CutAt { kNever, kFirstSync, kSecondSync, kCommit };

class TransactionModel {
 public:
  /// The SyncML statuses of a lone command, or of an Atomic (its own first). Empty when the process
  /// was cut off: the device has started again since.
  std::vector<int> run(const std::vector<Command>& commands, bool atomic, CutAt cut);
  /// Closed and opened, or cut off at rest: the same.
  void start_again();
  /// From now on, or no longer, provider "one" fails to undo.
  void toggle_undo() { stuck_ = !stuck_; }
  bool is_stuck() const { return stuck_; }

  std::map<std::string, std::string> tree;     ///< what was set
  std::map<std::string, std::string> outside;  ///< what the providers keep

 private:
  struct Run {
    std::vector<Command> commands;
    std::vector<int> statuses;
    CutAt cut = CutAt::kNever;
    int syncs = 0;
    std::array<bool, 2> took_part{}, recorded{};
    std::vector<bool> has_record;                      // by command
    std::map<std::string, std::string> tree, outside;  // as they were
  };
  bool settled(const std::string& node);
  bool sync(Run& run) const;
  int judge(const Command& command) const;
  bool plans_record(const Command& command) const;
  enum class Went { kWell, kBadly, kOff };
  Went perform(Run& run, std::size_t i);
  Went change_leaf(Run& run, std::size_t i, const std::string& data);
  std::vector<int> fail(Run& run, const std::vector<std::size_t>& order, std::size_t failed,
                        bool atomic);
  std::vector<int> cut_off(const Run& run);
  bool restore(const Run& run, int provider);

  bool stuck_ = false;
  bool unsettled_ = false;                       // of "one": the only one that gets stuck
  std::map<std::string, std::string> undo_one_;  // what it would restore
};

}  // namespace cspkit::model

#endif  // CSPKIT_TESTS_MODEL_TRANSACTION_MODEL_HPP_
