// SPDX-License-Identifier: Apache-2.0
#include "store/sqlite_open.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstdlib>
#include <string_view>

#include "store/schema.hpp"

namespace cspkit::store {
namespace {

Status not_ours(const std::string& path) {
  return Status(Code::kStateUnusable,
                path + ": is a database of another program; name another state file");
}

// Before the first look at the file. Exclusive from the start: then the WAL needs no shared memory.
Status prepare_connection(Database& database) {
  sqlite3* handle = database.handle();
  // The file may have been tampered with: no code in it runs.
  static_cast<void>(sqlite3_db_config(handle, SQLITE_DBCONFIG_DEFENSIVE, 1, nullptr));
  static_cast<void>(sqlite3_db_config(handle, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, nullptr));
  static_cast<void>(sqlite3_db_config(handle, SQLITE_DBCONFIG_ENABLE_TRIGGER, 0, nullptr));
  static_cast<void>(sqlite3_db_config(handle, SQLITE_DBCONFIG_ENABLE_VIEW, 0, nullptr));
  // Until the file has proved to be ours, closing it must not move its journal about.
  static_cast<void>(sqlite3_db_config(handle, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, nullptr));
  return database.execute(
      "PRAGMA locking_mode=EXCLUSIVE; PRAGMA temp_store=MEMORY; PRAGMA cell_size_check=ON;",
      "set up the connection");
}

Status create_schema(Database& database) {
  // In the rollback journal, whole or not at all: so the header of the file itself always says
  // whose it is, even when a WAL is lost.
  return make_schema(database, kApplicationId);
}

Status check_version(Database& database) {
  const Result<std::int64_t> version =
      database.query_integer("PRAGMA user_version", "read the version");
  if (!version) return version.error();
  if (*version > kSchemaVersion) {
    return Status(Code::kStateUnusable,
                  fmt::format("{}: written by a newer cspkit (schema version {}, this one knows "
                              "{}); update cspkit, or use another state file",
                              database.path(), *version, kSchemaVersion));
  }
  if (*version < 1) {
    return Status(Code::kStateUnusable,
                  fmt::format("{}: is damaged (schema version {}); restore a backup, or move it "
                              "away to start anew",
                              database.path(), *version));
  }
  return {};
}

// Whose file is it? An empty one becomes ours.
Status identify(Database& database) {
  const Result<std::int64_t> application =
      database.query_integer("PRAGMA application_id", "read the header");
  if (!application) return application.error();
  if (*application == kApplicationId) return check_version(database);
  if (*application != 0) return not_ours(database.path());
  const Result<std::int64_t> objects =
      database.query_integer("SELECT count(*) FROM sqlite_schema", "read the tables");
  if (!objects) return objects.error();
  const Result<std::int64_t> version =
      database.query_integer("PRAGMA user_version", "read the version");
  if (!version) return version.error();
  if (*objects != 0 || *version != 0) return not_ours(database.path());
  return create_schema(database);
}

// Makes one line of what SQLite says, and tells a disk that cannot be read from a file that is bad.
Status bad_health(const std::string& path, std::string verdict) {
  constexpr std::string_view kHeading = "*** in database main ***\n";
  constexpr std::string_view kErrorCode = "error code=";
  if (verdict.rfind(kHeading, 0) == 0) verdict.erase(0, kHeading.size());
  std::replace(verdict.begin(), verdict.end(), '\n', ' ');
  const auto at = verdict.find(kErrorCode);
  if (at != std::string::npos) {
    const int code = std::atoi(verdict.c_str() + at + kErrorCode.size());
    if ((code & 0xff) != SQLITE_CORRUPT) {
      return Status(Code::kIo,
                    fmt::format("{}: cannot check the state file: {}", path, sqlite3_errstr(code)));
    }
  }
  return Status(Code::kStateUnusable,
                fmt::format("{}: is damaged ({}); restore a backup, or move it away to start anew",
                            path, verdict));
}

Status check_health(Database& database, std::int64_t limit) {
  const Result<std::int64_t> pages = database.query_integer("PRAGMA page_count", "read the size");
  if (!pages) return pages.error();
  const Result<std::int64_t> page = database.query_integer("PRAGMA page_size", "read the size");
  if (!page) return page.error();
  if (*pages > limit / *page) return {};
  const Result<std::string> verdict =
      database.query_text("PRAGMA quick_check(1)", "check the state file");
  if (!verdict) return verdict.error();
  if (*verdict == "ok") return {};
  return bad_health(database.path(), *verdict);
}

Status enter_wal(Database& database, const SqliteOptions& options) {
  const Result<std::string> mode =
      database.query_text("PRAGMA journal_mode=WAL", "switch to the write-ahead log");
  if (!mode) return mode.error();
  if (*mode != "wal") {
    return Status(Code::kIo, database.path() +
                                 ": this file system cannot hold the write-ahead "
                                 "log; use a state file elsewhere");
  }
  const char* synchronous = options.durability == Durability::kFull ? "FULL" : "NORMAL";
  // The limit gives space back after one large value.
  return database.execute(fmt::format("PRAGMA synchronous={}; PRAGMA wal_autocheckpoint={}; "
                                      "PRAGMA journal_size_limit=16777216;",
                                      synchronous, options.checkpoint_pages),
                          "set up the connection");
}

}  // namespace

Result<Database> open_database(const std::string& path, const SqliteOptions& options) {
  Result<Database> database = Database::open(path, options.vfs_name);
  if (!database) return database;
  if (Status status = prepare_connection(*database); !status.ok()) return status;
  if (Status status = identify(*database); !status.ok()) return status;
  if (Status status = check_health(*database, options.check_limit_bytes); !status.ok()) {
    return status;
  }
  // It is ours: what a migration that fails leaves in the log goes when the file is closed.
  static_cast<void>(
      sqlite3_db_config(database->handle(), SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 0, nullptr));
  if (options.migrate) {
    if (Status status = migrate(*database); !status.ok()) return status;
  }
  if (Status status = enter_wal(*database, options); !status.ok()) return status;
  return database;
}

Status write_nothing(Database& database) {
  return database.execute(fmt::format("PRAGMA user_version={}", kSchemaVersion),
                          "take back the change");
}

}  // namespace cspkit::store
