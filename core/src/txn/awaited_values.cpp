// SPDX-License-Identifier: Apache-2.0
#include "txn/awaited_values.hpp"

#include <algorithm>
#include <string_view>
#include <utility>

namespace cspkit::txn {

bool at_or_below(std::string_view key, std::string_view above) {
  return key.substr(0, above.size()) == above &&
         (key.size() == above.size() || key[above.size()] == '/');
}

std::shared_ptr<AwaitedValue> AwaitedValues::wait_for(std::string user, std::string key) {
  auto value = std::make_shared<AwaitedValue>();
  value->user = std::move(user);
  value->key = std::move(key);
  waiting_.push_back(value);
  return value;
}

std::shared_ptr<const AwaitedValue> AwaitedValues::expect(std::string user, std::string key) {
  return wait_for(std::move(user), std::move(key));
}

std::shared_ptr<const AwaitedValue> AwaitedValues::expect_instance(std::string user,
                                                                   std::string key) {
  auto value = wait_for(std::move(user), std::move(key));
  value->lasts_when_written = true;
  return value;
}

void AwaitedValues::note_some(const std::vector<store::NodeKey>& erased,
                              const store::Batch& batch) {
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
                        (!value->lasts_when_written &&
                         std::any_of(batch.put_nodes.begin(), batch.put_nodes.end(), is_put));
    return value->superseded;
  };
  waiting_.erase(std::remove_if(waiting_.begin(), waiting_.end(), over), waiting_.end());
}

}  // namespace cspkit::txn
