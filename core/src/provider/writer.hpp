// SPDX-License-Identifier: Apache-2.0
// Calls and batches: what a handle given to a provider stands for.
#ifndef CSPKIT_CORE_PROVIDER_WRITER_HPP_
#define CSPKIT_CORE_PROVIDER_WRITER_HPP_

#include <cspkit/abi.h>

#include <atomic>
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
#include "tree/wait_until.hpp"
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
  /// Who writes to a command's transaction is waited for by the holder of the turn.
  bool is_under_turn() const { return transaction && !is_batch && !detached; }

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
  std::string whole;  ///< a path in the making
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

  /// Its handle is stale: nothing is done with it any more.
  void end() {
    closed = true;
    transaction = nullptr;
  }
  /// After a call that has ended, when nobody else holds it. False for one that was more than that.
  bool make_as_new();
};

/// Handles of one provider. An id is never given twice. Writers of calls that have ended serve
/// again.
///
/// Threads: any. Of the calls that are open at a time, which is one nearly always, the first has a
/// place of its own (Single), taken with one exchange and entered with another; the others, and
/// batches, share a table and its mutex.
class WriterTable {
 public:
  /// A call's writer, new or as good as new; `fill` says what it is for. Its handle.
  template <typename Fill>
  std::uint64_t open_call(Fill fill) {
    if (!single_.taken.exchange(true, std::memory_order_acquire)) {
      Untaken untaken(single_);
      if (!single_.writer) single_.writer = std::make_shared<Writer>();
      fill(*single_.writer);
      untaken.is_kept();
      const std::uint64_t id = single_.next++ << kPlaceBits;
      single_.id.store(id, std::memory_order_release);
      return id;
    }
    const std::lock_guard lock(mutex_);
    // Taken when nothing can fail any more: memory may run out on the way.
    Place& place = next_place();
    if (!place.writer) place.writer = std::make_shared<Writer>();
    place.lent = false;
    fill(*place.writer);
    return take(place);
  }
  std::uint64_t open(std::shared_ptr<Writer> writer);
  std::shared_ptr<Writer> find(std::uint64_t id) const;
  /// Calls action(writer), which no other action, nor who has found the writer and holds its mutex,
  /// can be beside; CSPKIT_STALE when there is none, or it was closed.
  template <typename Do>
  cspkit_code with(std::uint64_t id, Do action) const {
    std::shared_ptr<Writer> kept;
    std::unique_lock<std::mutex> inside;
    if (index_of(id) == kSingle) {
      {
        const Single::Inside alone(single_, id);
        if (!alone) return CSPKIT_STALE;
        if (!single_.lent) return action(*single_.writer);
        kept = single_.writer;
      }
      inside = std::unique_lock(kept->mutex);
      return kept->closed ? cspkit_code{CSPKIT_STALE} : action(*kept);
    }
    std::unique_lock lock(mutex_);
    const Place* place = place_of(id);
    if (place == nullptr) return CSPKIT_STALE;
    inside = std::unique_lock(place->writer->mutex, std::try_to_lock);
    if (!inside.owns_lock()) {
      // Somebody is in there, and it may take a while: without the table, and kept alive.
      kept = place->writer;
      place->lent = true;
      lock.unlock();
      inside = std::unique_lock(kept->mutex);
    }
    Writer& writer = *(kept ? kept : place->writer);
    if (lock.owns_lock()) lock.unlock();
    return writer.closed ? cspkit_code{CSPKIT_STALE} : action(writer);
  }
  /// How many are open.
  std::size_t count() const;
  void close(std::uint64_t id) {
    close(id, [](Writer&) {});
  }
  /// `last` looks at the writer when nobody else does any more; it takes no lock.
  template <typename Do>
  void close(std::uint64_t id, Do last) {
    if (index_of(id) == kSingle) return close_single(id, last);
    std::unique_lock lock(mutex_);
    if (place_of(id) == nullptr) return;
    Place& place = places_[index_of(id) - 1];
    place.id = 0;  // nobody finds it any more
    std::shared_ptr<Writer> writer = std::move(place.writer);
    std::unique_lock inside(writer->mutex, std::try_to_lock);
    if (!inside.owns_lock()) {
      // Whoever found it a moment ago is still inside; after this it finds it closed.
      lock.unlock();
      inside.lock();
    }
    writer->end();
    last(*writer);
    inside.unlock();
    if (!lock.owns_lock()) lock.lock();
    put_back(id, std::move(writer));
  }
  /// Marks every open call that has not completed cancelled and wakes who waits; those that were
  /// open.
  std::vector<std::pair<std::uint64_t, std::shared_ptr<Writer>>> cancel_all();

 private:
  // An id says in its lower bits in which place its writer is; those above make it unique.
  struct Place {
    std::uint64_t id = 0;  // 0: free
    std::shared_ptr<Writer> writer;
    mutable bool lent = false;  // somebody may hold the writer without the table
  };
  struct Single {
    // Set in the id by who is inside.
    static constexpr std::uint64_t kBusy = 1;
    /// Alone inside with an open call, for a block. Others look again and again: what is done in
    /// there is short.
    class Inside {
     public:
      Inside(const Single& single, std::uint64_t id) : single_(single), id_(id) {
        while (id_ != 0) {
          std::uint64_t open = id_;
          if (single_.id.compare_exchange_strong(open, id_ | kBusy, std::memory_order_acquire))
            return;
          if (open == (id_ | kBusy)) {
            tree::wait_until([this] { return single_.id.load() != (id_ | kBusy); });
          } else {
            id_ = 0;
          }
        }
      }
      Inside(const Inside&) = delete;
      Inside& operator=(const Inside&) = delete;
      ~Inside() {
        if (id_ != 0) single_.id.store(id_, std::memory_order_release);
      }
      /// False: the call has ended.
      explicit operator bool() const { return id_ != 0; }
      /// Ends it: nobody finds it any more.
      void close() {
        id_ = 0;
        single_.id.store(0, std::memory_order_release);
      }

     private:
      const Single& single_;
      std::uint64_t id_;
    };
    std::uint64_t open_id() const { return id.load(std::memory_order_acquire) & ~kBusy; }

    // Whoever has set it may use the members while no id leads to them.
    std::atomic<bool> taken{false};
    mutable std::atomic<std::uint64_t> id{0};  // 0: closed
    std::uint64_t next = 1;
    // While there is an id: for who is inside; a writer that is lent is guarded by its own mutex.
    std::shared_ptr<Writer> writer;
    mutable bool lent = false;  // somebody may hold the writer
  };
  /// Gives it back when memory runs out before it has an id.
  class Untaken {
   public:
    explicit Untaken(Single& single) : single_(&single) {}
    Untaken(const Untaken&) = delete;
    Untaken& operator=(const Untaken&) = delete;
    ~Untaken() {
      if (single_) single_->taken.store(false, std::memory_order_release);
    }
    void is_kept() { single_ = nullptr; }

   private:
    Single* single_;
  };
  static constexpr unsigned kPlaceBits = 24;
  static constexpr std::size_t kSingle = 0;  // those of the table are counted from 1
  static std::size_t index_of(std::uint64_t id) {
    return id & ((std::uint64_t{1} << kPlaceBits) - 1);
  }
  template <typename Do>
  void close_single(std::uint64_t id, Do last) {
    Single::Inside alone(single_, id);
    if (!alone) return;
    alone.close();
    if (single_.lent) {
      // Whoever found it a moment ago may be using it; after this it finds it closed.
      const std::shared_ptr<Writer> writer = std::move(single_.writer);
      single_.lent = false;
      const std::lock_guard inside(writer->mutex);
      writer->end();
      last(*writer);
    } else {
      last(*single_.writer);
      if (!single_.writer->make_as_new()) single_.writer.reset();
    }
    single_.taken.store(false, std::memory_order_release);
  }
  const Place* place_of(std::uint64_t id) const;
  /// A free place, which take() takes.
  Place& next_place();
  std::uint64_t take(Place& place);
  void put_back(std::uint64_t id, std::shared_ptr<Writer> writer);

  Single single_;
  mutable std::mutex mutex_;  // guards what follows
  std::vector<Place> places_;
  std::vector<std::size_t> free_;
  std::uint64_t next_ = 1;
};

}  // namespace cspkit::provider

#endif  // CSPKIT_CORE_PROVIDER_WRITER_HPP_
