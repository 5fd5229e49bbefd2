// SPDX-License-Identifier: Apache-2.0
#include "transaction_model.hpp"

#include <algorithm>

namespace cspkit::model {

namespace {

using Things = std::map<std::string, std::string>;
using Verb = Command::Verb;

int provider_of(const std::string& node) { return node.compare(0, 3, "one") == 0 ? 0 : 1; }
bool is_slot(const std::string& node) {
  return node.find("/Slot/") != std::string::npos && node.find("/Text") == std::string::npos;
}
bool is_slot_text(const std::string& node) {
  return node.find("/Slot/") != std::string::npos && !is_slot(node);
}
std::string slot_of(const std::string& node) { return node.substr(0, node.find("/Text")); }
bool ends_with(const std::string& text, const std::string& end) {
  return text.size() >= end.size() && text.compare(text.size() - end.size(), end.size(), end) == 0;
}
bool is_fire(const std::string& node) { return ends_with(node, "/Fire"); }
bool is_each(const std::string& node) { return ends_with(node, "/Each"); }
bool is_plain(const std::string& node) { return ends_with(node, "/Plain"); }

/// Everything of a provider but the count of what cannot be undone.
Things undoable(const Things& things, int provider) {
  Things found;
  for (const auto& [name, text] : things) {
    if (provider_of(name) == provider && !ends_with(name, "/Fired")) found[name] = text;
  }
  return found;
}

void put_back(Things& things, const Things& before, int provider) {
  for (const auto& [name, text] : undoable(things, provider)) things.erase(name);
  for (const auto& [name, text] : before) things[name] = text;
}

}  // namespace

bool TransactionModel::settled(const std::string& node) {
  if (provider_of(node) != 0 || !unsettled_) return true;
  if (stuck_) return false;
  put_back(outside, undo_one_, 0);
  unsettled_ = false;
  return true;
}

void TransactionModel::start_again() { static_cast<void>(settled("one")); }

// False: the power went.
bool TransactionModel::sync(Run& run) const {
  ++run.syncs;
  return !(run.cut == CutAt::kFirstSync && run.syncs == 1) &&
         !(run.cut == CutAt::kSecondSync && run.syncs == 2);
}

/// Whether the node is as the verb needs it.
int TransactionModel::judge(const Command& command) const {
  if (command.verb == Verb::kCopy && is_slot_text(command.data) &&
      tree.count(slot_of(command.data)) == 0) {
    return 404;
  }
  if (command.verb == Verb::kDelete && tree.count(command.node) == 0) return 404;
  if (command.verb == Verb::kAdd && tree.count(command.node) != 0) return 418;
  return 200;
}

bool TransactionModel::plans_record(const Command& command) const {
  return !is_fire(command.node) && !is_each(command.node) && !is_plain(command.node);
}

TransactionModel::Went TransactionModel::change_leaf(Run& run, std::size_t i,
                                                     const std::string& data) {
  const std::string& node = run.commands[i].node;
  if (is_slot_text(node) && tree.count(slot_of(node)) == 0) {
    tree[slot_of(node)] = "there";
    outside[slot_of(node)] = "there";
  }
  if (is_each(node)) {
    run.took_part[static_cast<std::size_t>(provider_of(node))] = true;
    if (!sync(run)) return Went::kOff;
    run.recorded[static_cast<std::size_t>(provider_of(node))] = true;
    run.has_record[i] = true;
  }
  if (!is_plain(node)) {
    if (data == "refuse") {
      outside[node] = "half";
      run.statuses[i] = 403;
      return Went::kBadly;
    }
    outside[node] = is_each(node) ? outside[node] + data : data;
  }
  tree[node] = data;
  return Went::kWell;
}

TransactionModel::Went TransactionModel::perform(Run& run, std::size_t i) {
  const Command& command = run.commands[i];
  const std::string& node = command.node;
  run.statuses[i] = judge(command);
  if (run.statuses[i] != 200) return Went::kBadly;
  switch (command.verb) {
    case Verb::kAdd:
      tree[node] = "there";
      outside[node] = "there";
      return Went::kWell;
    case Verb::kDelete:
      for (const std::string below : {"", "/Text"}) {
        tree.erase(node + below);
        outside.erase(node + below);
      }
      return Went::kWell;
    case Verb::kExec: {
      const std::string fired = node.substr(0, 3) + "/Fired";
      outside[fired] =
          std::to_string((outside.count(fired) != 0 ? std::stoi(outside[fired]) : 0) + 1);
      return Went::kWell;
    }
    case Verb::kCopy: {
      const auto source = tree.find(command.data);
      return change_leaf(run, i, source == tree.end() ? std::string() : source->second);
    }
    default:
      return change_leaf(run, i, command.data);
  }
}

// True when the provider's things are as before.
bool TransactionModel::restore(const Run& run, int provider) {
  if (!run.recorded[static_cast<std::size_t>(provider)]) return true;
  const Things before = undoable(run.outside, provider);
  if (provider == 0 && stuck_) {
    unsettled_ = true;
    undo_one_ = before;
    return false;
  }
  put_back(outside, before, provider);
  return true;
}

std::vector<int> TransactionModel::fail(Run& run, const std::vector<std::size_t>& order,
                                        std::size_t failed, bool atomic) {
  tree = run.tree;
  const std::array<bool, 2> undone = {restore(run, 0), restore(run, 1)};
  if (!atomic) return {run.statuses[0]};
  std::vector<int> statuses = {507};
  statuses.resize(run.commands.size() + 1, 215);
  for (std::size_t place = 0; place < failed; ++place) {
    const std::size_t i = order[place];
    const auto owner = static_cast<std::size_t>(provider_of(run.commands[i].node));
    statuses[i + 1] = run.has_record[i] && !undone[owner] ? 516 : 216;
  }
  statuses[order[failed] + 1] = run.statuses[order[failed]];
  return statuses;
}

std::vector<int> TransactionModel::cut_off(const Run& run) {
  tree = run.tree;
  static_cast<void>(restore(run, 0));
  static_cast<void>(restore(run, 1));
  return {};
}

std::vector<int> TransactionModel::run(const std::vector<Command>& commands, bool atomic,
                                       CutAt cut) {
  Run run;
  run.commands = commands;
  run.cut = cut;
  run.statuses.assign(commands.size(), 200);
  run.has_record.assign(commands.size(), false);
  run.tree = tree;
  const auto refused = [&](int failed) {
    if (!atomic) return std::vector<int>{failed};
    std::vector<int> statuses = {507};
    for (const int status : run.statuses) statuses.push_back(status == 200 ? 215 : status);
    return statuses;
  };
  // Before anything runs.
  for (std::size_t i = 0; i < commands.size(); ++i) {
    if (!settled(commands[i].node)) run.statuses[i] = 403;
  }
  run.outside = outside;
  if (std::count(run.statuses.begin(), run.statuses.end(), 403) != 0) return refused(403);
  std::vector<std::size_t> order, last;
  for (std::size_t i = 0; i < commands.size(); ++i)
    (is_fire(commands[i].node) ? last : order).push_back(i);
  if (last.size() > 1) {
    run.statuses[last[1]] = 500;
    return refused(500);
  }
  order.insert(order.end(), last.begin(), last.end());
  if (!atomic && judge(commands[0]) != 200) return {judge(commands[0])};

  // Records of all, saved together.
  for (std::size_t i = 0; i < commands.size(); ++i) {
    const auto owner = static_cast<std::size_t>(provider_of(commands[i].node));
    const bool handled = !is_plain(commands[i].node);
    run.took_part[owner] = run.took_part[owner] || handled;
    run.has_record[i] = plans_record(commands[i]);
  }
  const bool any = std::count(run.has_record.begin(), run.has_record.end(), true) != 0;
  if (any && !sync(run)) return {};
  for (std::size_t i = 0; i < commands.size(); ++i) {
    if (run.has_record[i])
      run.recorded[static_cast<std::size_t>(provider_of(commands[i].node))] = true;
  }

  for (std::size_t place = 0; place < order.size(); ++place) {
    switch (perform(run, order[place])) {
      case Went::kWell:
        break;
      case Went::kBadly:
        return fail(run, order, place, atomic);
      case Went::kOff:
        return cut_off(run);
    }
  }
  const bool writes = any || tree != run.tree || run.recorded[0] || run.recorded[1] ||
                      std::any_of(commands.begin(), commands.end(),
                                  [](const Command& each) { return !is_fire(each.node); });
  if (writes && !sync(run)) return cut_off(run);
  if (cut == CutAt::kCommit && (run.took_part[0] || run.took_part[1])) return {};
  if (!atomic) return {200};
  return std::vector<int>(commands.size() + 1, 200);
}

}  // namespace cspkit::model
