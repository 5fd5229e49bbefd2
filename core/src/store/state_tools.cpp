// SPDX-License-Identifier: Apache-2.0
// A state file looked at or copied without an engine.
#include <fmt/format.h>

#include <cspkit/ddf/schema.hpp>
#include <cspkit/state.hpp>
#include <filesystem>
#include <system_error>
#include <utility>

#include "store/copy.hpp"
#include "store/sqlite_open.hpp"
#include "store/state_file.hpp"
#include "store/store.hpp"

namespace cspkit {
namespace {

using store::Database;
using store::Statement;

struct Opened {
  store::StateFile file;
  Database database;
};

/// Claims a file that exists and connects to it as it is: neither checked nor migrated.
Result<Opened> open_as_it_is(const std::string& path) {
  std::error_code error;
  if (!std::filesystem::exists(path, error)) {
    return Status(Code::kIo, path + ": no such state file");
  }
  if (std::filesystem::is_regular_file(path, error) &&
      std::filesystem::file_size(path, error) == 0) {
    // An engine would make a state of it; a look at it must not. One whose log still holds changes
    // is damage, as claim_state_file says.
    std::error_code no_log;
    if (std::filesystem::file_size(path + "-wal", no_log) == 0 || no_log) {
      return Status(Code::kStateUnusable, path + ": is empty, no state file yet");
    }
  }
  Result<store::StateFile> file = store::claim_state_file(path);
  if (!file) return file.error();
  store::SqliteOptions options;
  options.migrate = false;
  options.check_limit_bytes = 0;
  Result<Database> database = store::open_database(file->path, options);
  if (!database) return database.error();
  return Opened{std::move(*file), std::move(*database)};
}

/// SQLite's own check of pages, indexes and types.
Status check_pages(const Database& database, std::vector<std::string>& problems) {
  sqlite3_stmt* raw = nullptr;
  int code =
      sqlite3_prepare_v2(database.handle(), "PRAGMA integrity_check(100)", -1, &raw, nullptr);
  Statement statement(raw);
  while (code == SQLITE_OK || code == SQLITE_ROW) {
    code = statement.step();
    if (code != SQLITE_ROW) break;
    std::string line = statement.column_bytes(0);
    if (line == "ok") continue;
    // A heading stands before what concerns the file as a whole.
    const std::size_t heading = line.rfind("*** in database", 0) == 0 ? line.find('\n') : 0;
    if (heading == std::string::npos) continue;
    if (heading != 0) line.erase(0, heading + 1);
    for (char& c : line) c = c == '\n' ? ' ' : c;
    problems.push_back(std::move(line));
  }
  if (code == SQLITE_DONE) return {};
  const Status status = database.failure(code, "check the state file");
  if (status.code() != Code::kStateUnusable) return status;
  problems.push_back(status.text());
  return {};
}

/// What SQLite cannot know: is each row one that an engine could have written?
void check_rows(const store::Contents& contents, std::vector<std::string>& problems) {
  constexpr std::size_t kMost = 100;
  for (const store::NodeRow& row : contents.nodes) {
    if (problems.size() >= kMost) return;
    if (!detail::equals_ignoring_case(row.key, row.path)) {
      problems.push_back(fmt::format("table nodes: the row of user \"{}\" under the key {} is {}",
                                     row.user, row.key, row.path));
    }
  }
}

Status count_rows(Opened opened, StateCheck& check) {
  Result<std::unique_ptr<store::Store>> store =
      store::make_sqlite_store(std::move(opened.file), std::move(opened.database));
  Result<store::Contents> contents = store ? (*store)->load() : store.error();
  if (!contents) {
    if (contents.error().code() != Code::kStateUnusable) return contents.error();
    check.problems.push_back(contents.error().text());
    return {};
  }
  check.nodes = contents->nodes.size();
  check.state = contents->state.size();
  check.jobs = contents->jobs.size();
  check.alerts = contents->alerts.size();
  check.undo = contents->undo.size();
  check_rows(*contents, check.problems);
  return {};
}

}  // namespace

Result<StateCheck> check_state(const std::string& path) {
  Result<Opened> opened = open_as_it_is(path);
  if (!opened) return opened.error();
  StateCheck check;
  check.path = opened->file.path;
  std::error_code error;
  const std::uintmax_t bytes = std::filesystem::file_size(check.path, error);
  check.bytes = error ? 0 : static_cast<std::int64_t>(bytes);
  Result<std::int64_t> version =
      opened->database.query_integer("PRAGMA user_version", "read the version");
  if (!version) return version.error();
  check.schema_version = static_cast<int>(*version);
  Status status = check_pages(opened->database, check.problems);
  // The rows of an older version are told by the engine that migrates them.
  if (status.ok() && check.problems.empty() && *version == store::kSchemaVersion) {
    status = count_rows(*std::move(opened), check);
  }
  if (!status.ok()) return status;
  return check;
}

Status backup_state(const std::string& path, const std::string& target) {
  Result<Opened> opened = open_as_it_is(path);
  if (opened) return store::copy_database(opened->database, target);
  if (opened.error().code() != Code::kStateLocked) return opened.error();
  return Status(Code::kStateLocked,
                opened.error().text() +
                    " (while an engine has it open, only that engine can copy it: Engine::backup)");
}

}  // namespace cspkit
