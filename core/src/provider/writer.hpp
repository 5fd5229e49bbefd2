// SPDX-License-Identifier: Apache-2.0
// Calls and batches: what a handle given to a provider stands for.
#ifndef CSPKIT_CORE_PROVIDER_WRITER_HPP_
#define CSPKIT_CORE_PROVIDER_WRITER_HPP_

#include <condition_variable>
#include <cspkit/engine.hpp>
#include <cspkit/result.hpp>
#include <cspkit/value.hpp>
#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "gate/world.hpp"
#include "txn/awaited_values.hpp"
#include "txn/transaction.hpp"

namespace cspkit::provider {

/// One change a provider asked for.
struct WriteOp {
  enum class Kind { kSet, kCreate, kRemove, kStateWrite, kStateRemove, kJobStart, kJobEnd, kAlert };
  Kind kind = Kind::kSet;
  Scope scope = Scope::kDevice;
  std::string user;
  std::string path;  ///< canonical, or the key of state and jobs; of kAlert empty for no source
  Value value;       ///< of kSet; bytes or payload in data otherwise
  std::string mime;  ///< of kSet
  /// Not done when this was superseded.
  std::shared_ptr<const txn::AwaitedValue> awaited = {};
  std::shared_ptr<const DeviceAlert> alert = {};  ///< of kAlert; its source is `path`
};

/// A call or a batch in the making. `mutex` guards all of it but what is set once at the start.
struct Writer {
  // Set at the start.
  bool is_batch = false;
  Scope scope = Scope::kDevice;
  std::string user;
  std::string_view root;  ///< what relative paths are relative to: "Vendor/MSFT/Office"; the
                          ///< provider's
  txn::Transaction* transaction =
      nullptr;  ///< of a changing call, or of the batch's preview; null for a Get
  std::unique_ptr<txn::Transaction> preview;
  bool read_only = false;  ///< sees its transaction and may not change it: an undo record is asked

  std::mutex mutex;
  std::condition_variable changed;
  bool closed = false;     ///< the handle is stale
  bool completed = false;  ///< a pending call was completed
  bool cancelled = false;  ///< nobody waits any more
  Code code = Code::kOk;
  std::string error_text;
  std::uint32_t hresult = 0;
  Value value;
  bool has_value = false;
  /// Of a batch, or of a call that goes on after its command was answered: in order, done again
  /// when it is applied.
  std::vector<WriteOp> ops;

  // Of a call that goes on (pending.cpp).
  bool detached = false;  ///< its command's transaction is over, or about to be
  bool armed = false;     ///< its command was answered 202: finish() may end it
  bool late = false;      ///< cancelled by its deadline
  std::int64_t alert = 0;
  std::uint64_t timer = 0;
  std::optional<WriteOp> when_ok;
  std::shared_ptr<const txn::AwaitedValue> instance;
};

/// Handles of one provider. An id is never given twice.
class WriterTable {
 public:
  std::uint64_t open(std::shared_ptr<Writer> writer);
  std::shared_ptr<Writer> find(std::uint64_t id) const;
  void close(std::uint64_t id);
  /// Marks every open call that has not completed cancelled and wakes who waits; those that were
  /// open.
  std::vector<std::pair<std::uint64_t, std::shared_ptr<Writer>>> cancel_all();

 private:
  // An id says in its lower bits in which place its writer is; those above make it unique.
  struct Place {
    std::uint64_t id = 0;  // 0: free
    std::shared_ptr<Writer> writer;
  };
  static constexpr unsigned kPlaceBits = 24;
  const Place* place_of(std::uint64_t id) const;

  mutable std::mutex mutex_;
  std::vector<Place> places_;
  std::vector<std::size_t> free_;
  std::uint64_t next_ = 1;
};

}  // namespace cspkit::provider

#endif  // CSPKIT_CORE_PROVIDER_WRITER_HPP_
