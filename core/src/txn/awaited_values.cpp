// SPDX-License-Identifier: Apache-2.0
#include "txn/awaited_values.hpp"

#include <algorithm>
#include <string_view>
#include <utility>

namespace cspkit::txn {

namespace {

bool at_or_below(std::string_view key, std::string_view above) {
  return key.substr(0, above.size()) == above &&
         (key.size() == above.size() || key[above.size()] == '/');
}

}  // namespace

std::shared_ptr<const AwaitedValue> AwaitedValues::expect(std::string user, std::string key) {
  auto value = std::make_shared<AwaitedValue>();
  value->user = std::move(user);
  value->key = std::move(key);
  waiting_.push_back(value);
  return value;
}

void AwaitedValues::note(const std::vector<store::NodeKey>& erased, const store::Batch& batch) {
  if (waiting_.empty()) return;
  const auto over = [&](const std::weak_ptr<AwaitedValue>& each) {
    const std::shared_ptr<AwaitedValue> value = each.lock();
    if (!value) return true;
    const auto goes = [&](const store::NodeKey& gone) {
      return gone.user == value->user && at_or_below(value->key, gone.key);
    };
    const auto is_put = [&](const store::NodeRow& row) {
      return row.user == value->user && row.key == value->key;
    };
    value->superseded = std::any_of(erased.begin(), erased.end(), goes) ||
                        std::any_of(batch.remove_nodes.begin(), batch.remove_nodes.end(), goes) ||
                        std::any_of(batch.put_nodes.begin(), batch.put_nodes.end(), is_put);
    return value->superseded;
  };
  waiting_.erase(std::remove_if(waiting_.begin(), waiting_.end(), over), waiting_.end());
}

}  // namespace cspkit::txn
