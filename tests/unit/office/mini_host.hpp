// SPDX-License-Identifier: Apache-2.0
// A host small enough to break on purpose: transactions over maps, tasks on a clock that moves only
// when told, batches that fail on request, restarts. One thread.
#ifndef CSPKIT_TESTS_UNIT_OFFICE_MINI_HOST_HPP_
#define CSPKIT_TESTS_UNIT_OFFICE_MINI_HOST_HPP_

#include <cspkit/abi.h>

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace cspkit::test {

class MiniHost {
 public:
  using Create = cspkit_code (*)(const cspkit_host*, cspkit_provider**);
  struct Outcome {
    cspkit_code code = CSPKIT_OK;
    std::string text;
    std::uint32_t hresult = 0;
    std::string value;
  };

  explicit MiniHost(Create create);
  ~MiniHost();
  MiniHost(const MiniHost&) = delete;
  MiniHost& operator=(const MiniHost&) = delete;

  /// One operation. Its changes are kept when it answers OK, unless `keep` is false: then they are
  /// undone, as those of a failed Atomic are.
  Outcome operate(std::uint32_t verb, const std::string& pattern, const std::string& user,
                  const std::vector<std::string>& captures,
                  const std::optional<std::string>& data = {}, bool keep = true);
  Outcome exec(const std::string& id, const std::string& data, const std::string& user = {});
  /// Delete of {id}, handler and nodes.
  Outcome remove(const std::string& id, const std::string& user = {});

  /// Runs the task that is due first, moving the clock to it. False when none waits.
  bool step();
  void run_until_idle();
  /// The process dies: tasks are gone, unapplied batches too; jobs are handed over again.
  void restart();

  /// Value of a node; nothing when it is not set. Paths relative to the root, names in lower case.
  std::optional<std::string> node(const std::string& path, const std::string& user = {}) const;

  std::map<std::string, std::string> state;  ///< committed
  std::map<std::string, std::string> nodes;  ///< committed: "user|path"
  std::map<std::string, std::string> jobs;   ///< committed: id -> payload
  std::vector<std::string> log;
  std::vector<std::string> progress;  ///< "id percent text"
  int failing_applies = 0;            ///< so many batches fail from now on
  int failing_reads = 0;              ///< so many reads of state fail from now on
  std::size_t waiting_batches = 0;    ///< submitted and not applied
  std::int64_t steady = 5000;
  std::int64_t utc = 1'763'722'044'000;

 private:
  using Changes = std::map<std::string, std::optional<std::string>>;
  struct Overlay {
    std::string user;
    Changes state, nodes, jobs;
    Outcome outcome;
  };
  struct Task {
    std::int64_t due;
    std::function<void()> run;
  };

  static MiniHost& self(const cspkit_host* host) { return *static_cast<MiniHost*>(host->impl); }
  void fill_writers();
  void fill_services();
  void start_provider();
  void post(std::int64_t delay, std::function<void()> run);
  bool commit(Overlay& overlay);
  void run_job(const std::string& id);
  const std::string* look(const Changes& own, const std::map<std::string, std::string>& base,
                          const std::string& key) const;

  Create create_;
  cspkit_host table_{};
  cspkit_host_jobs jobs_table_{};
  cspkit_provider* provider_ = nullptr;
  const cspkit_provider_jobs* provider_jobs_ = nullptr;
  std::map<std::uint64_t, Overlay> writers_;
  std::map<std::string, std::uint32_t> attempts_;
  std::multimap<std::int64_t, Task> tasks_;
  std::uint64_t last_id_ = 0;
};

}  // namespace cspkit::test

#endif  // CSPKIT_TESTS_UNIT_OFFICE_MINI_HOST_HPP_
