// SPDX-License-Identifier: Apache-2.0
#include <sqlite3.h>
#include <unistd.h>

#include <filesystem>
#include <functional>
#include <memory>

#include "engine_bench.hpp"
#include "fault_vfs.hpp"

namespace cspkit::bench {

namespace {

constexpr int kSlots = 100;  // nodes, and rows of the bare table
constexpr int kLogPages = 1200;
const std::string kPlain = "./Device/Vendor/MSFT/BenchPlain/Slot/";
const std::string kUndo = "./Device/Vendor/MSFT/BenchUndo/Slot/";

/// A folder beside the program: a disk, while the system's temporary folder may be memory.
class Folder {
 public:
  Folder()
      : path_(std::filesystem::read_symlink("/proc/self/exe").parent_path() /
              ("bench." + std::to_string(::getpid()))) {
    std::filesystem::create_directories(path_);
  }
  Folder(const Folder&) = delete;
  Folder& operator=(const Folder&) = delete;
  ~Folder() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  std::string file(const char* name) const { return (path_ / name).string(); }

 private:
  std::filesystem::path path_;
};

/// SQLite as fast as it writes rows that last: WAL, FULL, one prepared statement, the file to
/// itself, as many bytes in a row as a node takes.
class Bare {
 public:
  Bare(const std::string& path, const std::string& vfs) {
    constexpr int kFlags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX;
    must(sqlite3_open_v2(path.c_str(), &database_, kFlags, vfs.c_str()) == SQLITE_OK, "open");
    run("PRAGMA locking_mode=EXCLUSIVE; PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL;"
        "CREATE TABLE rows(key TEXT PRIMARY KEY, value BLOB) WITHOUT ROWID");
    constexpr const char* kUpsert = "REPLACE INTO rows(key, value) VALUES(?,?)";
    must(sqlite3_prepare_v2(database_, kUpsert, -1, &upsert_, nullptr) == SQLITE_OK, "prepare");
  }
  Bare(const Bare&) = delete;
  Bare& operator=(const Bare&) = delete;
  ~Bare() {
    sqlite3_finalize(upsert_);
    sqlite3_close(database_);
  }
  void run(const char* sql) {
    must(sqlite3_exec(database_, sql, nullptr, nullptr, nullptr) == SQLITE_OK, sql);
  }
  void upsert(const std::string& key, const std::string& value) {
    sqlite3_bind_text(upsert_, 1, key.data(), static_cast<int>(key.size()), SQLITE_STATIC);
    sqlite3_bind_blob(upsert_, 2, value.data(), static_cast<int>(value.size()), SQLITE_STATIC);
    must(sqlite3_step(upsert_) == SQLITE_DONE, "upsert");
    sqlite3_reset(upsert_);
  }

 private:
  sqlite3* database_ = nullptr;
  sqlite3_stmt* upsert_ = nullptr;
};

/// An engine and a bare database side by side on one disk, both through a layer that counts.
class Disk {
 public:
  Disk() : bare_(folder_.file("bare.db"), bare_vfs_.name()) {
    EngineOptions options;
    options.state = folder_.file("device.db");
    options.file_layer.name = vfs_.name();
    engine_ = std::make_unique<Engine>(must(Engine::open(std::move(options)), "open an engine"));
    must(engine_->load_ddf(CSPKIT_BENCH_PLAIN_DDF), "load the DDF");
    must(engine_->load_provider(CSPKIT_BENCH_UNDO), "load the provider");
    session_ = std::make_unique<Session>(engine_->open_session(Principal::device()));
    for (int i = 0; i < kSlots; ++i) {
      for (const std::string& slots : {kPlain, kUndo}) {
        must(session_->add(slots + std::to_string(i)), "add a slot");
        must(session_->replace(slots + std::to_string(i) + "/Text", text(0)), "set a slot");
      }
      keys_.push_back("vendor/msft/benchplain/slot/" + std::to_string(i) + "/text");
    }
    // Until either log has its full length: one that grows costs the file system more.
    for (int i = 0; i < kLogPages; ++i) {
      upsert(i);
      replace(kPlain, i);
    }
    vfs_.sync_really(true);
    bare_vfs_.sync_really(true);
  }

  static Value text(int n) {
    return Value::chr("a value of common length, change " + std::to_string(n));
  }
  void upsert(int n) { bare_.upsert(keys_[static_cast<std::size_t>(n % kSlots)], row_); }
  void upsert_all() {
    bare_.run("BEGIN IMMEDIATE");
    for (int i = 0; i < kSlots; ++i) upsert(i);
    bare_.run("COMMIT");
  }
  void replace(const std::string& slots, int n) {
    must(session_->replace(slots + std::to_string(n % kSlots) + "/Text", text(n)), "Replace");
  }
  /// One Atomic; `good` commands of it and it itself say 200.
  void process(const std::string& message, std::size_t good) {
    must(session_->process(message), "a message");
    must(session_->last_statuses() == std::vector<int>(good + 1, 200), "a command failed");
  }
  void remove(const std::string& uri) { must(session_->remove(uri), "Delete"); }

  /// How often the bare work can be done in the time of one `work`. Disks have moods that last for
  /// some hundred syncs: each round is one piece of either, the one right after the other.
  static double rate(const std::function<void(int)>& work, const std::function<void(int)>& bare,
                     int rounds) {
    std::vector<double> ratios;
    for (int n = 0; n < rounds; ++n) {
      double worked = 0, bared = 0;
      if (n % 2 == 0) bared = seconds([&] { bare(n); });
      worked = seconds([&] { work(n); });
      if (n % 2 != 0) bared = seconds([&] { bare(n); });
      ratios.push_back(bared / worked);
    }
    return median(ratios);
  }
  /// fdatasyncs of one piece of work, between checkpoints.
  double syncs(const std::function<void(int)>& work) {
    std::vector<double> counts;
    for (int n = 0; n < 9; ++n) {
      vfs_.reset_counts();
      work(n);
      counts.push_back(vfs_.counts().syncs);
    }
    return median(counts);
  }

 private:
  Folder folder_;
  fault::FaultVfs vfs_, bare_vfs_;
  Bare bare_;
  std::unique_ptr<Engine> engine_;
  std::unique_ptr<Session> session_;
  std::vector<std::string> keys_;
  std::string row_ = std::string(130, 'r');
};

std::string command(const char* verb, int id, const std::string& uri, const std::string& data) {
  std::string text = std::string("<") + verb + "><CmdID>" + std::to_string(id) +
                     "</CmdID><Item><Target><LocURI>" + uri + "</LocURI></Target>";
  if (!data.empty()) text += "<Data>" + data + "</Data>";
  return text + "</Item></" + verb + ">";
}

std::string atomic(const std::string& commands) {
  return "<SyncML><SyncBody><Atomic><CmdID>1</CmdID>" + commands +
         "</Atomic><Final/></SyncBody></SyncML>";
}

std::string atomic_replaces(const std::string& slots, int n) {
  std::string commands;
  for (int i = 0; i < kSlots; ++i) {
    commands += command("Replace", i + 2, slots + std::to_string(i) + "/Text", Disk::text(n).data);
  }
  return atomic(commands);
}

std::string atomic_add(const std::string& slot) {
  return atomic("<Add><CmdID>2</CmdID><Item><Target><LocURI>" + slot +
                "</LocURI></Target><Meta><Format>node</Format></Meta></Item></Add>" +
                command("Add", 3, slot + "/Text", "a value of common length") +
                command("Add", 4, slot + "/Number", "42") +
                command("Add", 5, slot + "/Enabled", "true"));
}

}  // namespace

void measure_writes(Report& report) {
  Disk disk;
  const auto upsert = [&](int n) { disk.upsert(n); };
  const auto upsert_all = [&](int) { disk.upsert_all(); };
  const auto measure = [&](const std::string& name, const std::function<void(int)>& work,
                           const std::function<void(int)>& bare, int rounds, double bar,
                           double held, double syncs) {
    report.at_least(
        name, [&] { return disk.rate(work, bare, rounds); }, bar, "of the bare rate", held);
    report.at_most(name + "_syncs", disk.syncs(work), syncs, "fdatasyncs");
  };
  // Messages are made before: their text is not the engine's work.
  std::vector<std::string> plain, undo;
  for (int n = 0; n < 2; ++n) {
    plain.push_back(atomic_replaces(kPlain, n));
    undo.push_back(atomic_replaces(kUndo, n));
  }
  const std::string slot = kPlain + "added", add = atomic_add(slot);

  measure(
      "engine.replace", [&](int n) { disk.replace(kPlain, n); }, upsert, 201, 0.85, 0.45, 1);
  measure(
      "engine.replace_undo", [&](int n) { disk.replace(kUndo, n); }, upsert, 201, 0.4, 0.2, 2);
  measure(
      "engine.atomic", [&](int n) { disk.process(plain[static_cast<std::size_t>(n % 2)], kSlots); },
      upsert_all, 101, 0.75, 0.75, 1);
  measure(
      "engine.atomic_undo",
      [&](int n) { disk.process(undo[static_cast<std::size_t>(n % 2)], kSlots); }, upsert_all, 101,
      0.5, 0.47, 2);
  measure(
      "engine.add_delete",
      [&](int) {
        disk.process(add, 4);
        disk.remove(slot);
      },
      upsert, 201, 0.4, 0.1, 2);
}

}  // namespace cspkit::bench
