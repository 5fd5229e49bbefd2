// SPDX-License-Identifier: Apache-2.0
#include "store/store.hpp"

namespace cspkit::store {

bool Batch::empty() const {
  return remove_nodes.empty() && put_nodes.empty() && remove_state.empty() && put_state.empty() &&
         remove_jobs.empty() && put_jobs.empty() && remove_alerts.empty() && put_alerts.empty() &&
         remove_undo.empty() && put_undo.empty() && remove_committed.empty() &&
         put_committed.empty();
}

}  // namespace cspkit::store
