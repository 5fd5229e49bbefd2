// SPDX-License-Identifier: Apache-2.0
#include "dm/atomic_run.hpp"

#include <algorithm>
#include <cspkit/syncml_status.hpp>

namespace cspkit::dm {

using syncml::Command;
using syncml::CommandKind;

void AtomicRun::run() {
  const std::size_t usual = atomic_.children.size();  // of commands that carry one Item each
  counts_.reserve(usual);
  operations_.reserve(usual);
  first_.reserve(usual);
  collect(atomic_.children);
  outcomes_.resize(operations_.size());
  // The runner sees the refused ones too: it judges the others' rows before any runs.
  if (!operations_.empty()) committed_ = exchange_.runner_.run_atomic(operations_, outcomes_);
  merge_outcomes();
  exchange_.answer(atomic_, committed_ ? 200 : syncml_status(Code::kAtomicFailed));
  answer(atomic_.children);
}

void AtomicRun::collect(const std::pmr::vector<Command>& commands) {
  for (const Command& command : commands) {
    if (is_answer(command)) continue;
    const std::size_t index = counts_.size();
    const std::size_t before = first_.size();
    counts_.push_back(0);
    collect_command(command);
    counts_[index] = first_.size() - before;
    // The commands of a nested Atomic are the outer one's: their answers are counted by themselves.
    if (command.kind == CommandKind::kAtomic && !command.too_deep) {
      counts_[index] = 1;
      collect(command.children);
    }
  }
}

void AtomicRun::collect_command(const Command& command) {
  if (command.too_deep) return refuse(Code::kBadRequest);
  if (command.kind == CommandKind::kAtomic) return refuse(Code::kFailed);
  if (command.kind == CommandKind::kSequence) return collect(command.children);
  // Not allowed here whatever else may be wrong with it.
  const bool is_get = command.kind == CommandKind::kGet;
  const Code refusal = is_get ? Code::kFailed : judge(command);
  if (command.kind == CommandKind::kAlert && refusal == Code::kOk) return;
  if (refusal != Code::kOk) return refuse(refusal);
  for (const syncml::Item& item : command.items) {
    Operation operation = make_operation(command, item);
    operation.refused = judge(command, item);
    if (operation.refused == Code::kOk && is_tnds(command, item)) {
      add_tnds(command, item);
    } else {
      add(operation);
    }
  }
}

void AtomicRun::add(const Operation& operation) {
  first_.push_back(operations_.size());
  operations_.push_back(operation);
}

void AtomicRun::add_tnds(const Command& command, const syncml::Item& item) {
  Tnds& document = documents_.emplace_back();
  const Status read = document.read(command, item, exchange_.options_.max_uri_bytes);
  if (!read.ok()) return refuse(read.code());
  first_.push_back(operations_.size());
  operations_.insert(operations_.end(), document.operations().begin(), document.operations().end());
}

// Several operations of one Item have one answer.
void AtomicRun::merge_outcomes() {
  if (documents_.empty()) return;
  std::vector<Outcome> answers;
  for (std::size_t i = 0; i < first_.size(); ++i) {
    const std::size_t end = i + 1 < first_.size() ? first_[i + 1] : outcomes_.size();
    answers.push_back(merged(operations_.data() + first_[i], outcomes_.data() + first_[i],
                             outcomes_.data() + end));
  }
  outcomes_ = std::move(answers);
}

// An operation that stands for a command without any: it makes the Atomic fail.
void AtomicRun::refuse(Code code) {
  Operation operation;
  operation.refused = code;
  add(operation);
}

void AtomicRun::answer(const std::pmr::vector<Command>& commands) {
  for (const Command& command : commands) {
    if (is_answer(command)) continue;
    answer_command(command);
    if (!command.too_deep) answer(command.children);
  }
}

void AtomicRun::answer_command(const Command& command) {
  const std::size_t count = counts_[next_count_++];
  if (command.kind == CommandKind::kSequence && !command.too_deep) {
    return exchange_.answer(command, committed_ ? 200 : sequence_status(count));
  }
  const std::size_t first = next_outcome_;
  next_outcome_ += count;
  if (count == 0) {  // an Alert
    exchange_.answer(command, committed_ ? 200 : syncml_status(Code::kNotExecuted));
    if (committed_) {
      exchange_.heed(command);
      exchange_.runner_.alert(make_alert(command));
    }
  } else if (count == command.items.size()) {
    exchange_.answer_items(command, &outcomes_[first]);
  } else {
    exchange_.answer_outcome(command, nullptr, outcomes_[first]);
  }
}

int AtomicRun::sequence_status(std::size_t answers) const {
  const auto begin = outcomes_.begin() + static_cast<std::ptrdiff_t>(next_outcome_);
  const auto end = begin + static_cast<std::ptrdiff_t>(answers);
  const auto any = [begin, end](Code code) {
    return std::any_of(begin, end, [code](const Outcome& o) { return o.status.code() == code; });
  };
  if (any(Code::kRollbackFailed)) return syncml_status(Code::kRollbackFailed);
  if (any(Code::kRolledBack)) return syncml_status(Code::kRolledBack);
  return syncml_status(Code::kNotExecuted);
}

}  // namespace cspkit::dm
