// SPDX-License-Identifier: Apache-2.0
#include "store/sqlite_db.hpp"

#include <fmt/format.h>

#include <cerrno>
#include <system_error>

namespace cspkit::store {

int Statement::run() {
  int code = step();
  if (code == SQLITE_DONE || code == SQLITE_ROW) code = SQLITE_OK;
  reset();
  return code;
}

void Statement::reset() {
  // The result repeats what step() said. Bindings point to borrowed bytes: never keep them.
  static_cast<void>(sqlite3_reset(statement_.get()));
  static_cast<void>(sqlite3_clear_bindings(statement_.get()));
  bound_ = 0;
  bind_error_ = SQLITE_OK;
}

std::string Statement::column_bytes(int column) const {
  const void* data = sqlite3_column_blob(statement_.get(), column);
  const int size = sqlite3_column_bytes(statement_.get(), column);
  if (data == nullptr || size <= 0) return {};
  return std::string(static_cast<const char*>(data), static_cast<std::size_t>(size));
}

Result<Database> Database::open(const std::string& path, const std::string& vfs_name) {
  // No SQLITE_OPEN_URI: '?', '#' and '%' are characters of a name like any other.
  constexpr int kFlags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX |
                         SQLITE_OPEN_PRIVATECACHE | SQLITE_OPEN_EXRESCODE;
  const char* name = vfs_name.empty() ? nullptr : vfs_name.c_str();
  sqlite3_vfs* const below = sqlite3_vfs_find(name);
  Database database(path, below ? std::make_unique<FrameVfs>(*below) : nullptr);
  int code = SQLITE_OK;
  {
    const FrameVfs::Known known(database.files_.get());
    if (known) name = database.files_->name().c_str();  // else SQLite itself says what is wrong
    sqlite3* opened = nullptr;
    code = sqlite3_open_v2(path.c_str(), &opened, kFlags, name);
    database.handle_.reset(opened);
  }
  sqlite3* const handle = database.handle();
  if (handle == nullptr) return Status(Code::kIo, path + ": no memory to open the state file");
  // Before the file is looked at; an unknown VFS, for one.
  if (code == SQLITE_ERROR) {
    return Status(Code::kIo,
                  fmt::format("{}: cannot open the state file: {}", path, sqlite3_errmsg(handle)));
  }
  if (code != SQLITE_OK) return database.failure(code, "open the state file");
  if (sqlite3_db_readonly(handle, "main") == 1) {
    return Status(Code::kIo, path + ": can only be read; give this user the right to write it");
  }
  return database;
}

Status Database::execute(const std::string& sql, std::string_view action) {
  const int code = sqlite3_exec(handle(), sql.c_str(), nullptr, nullptr, nullptr);
  return code == SQLITE_OK ? Status() : failure(code, action);
}

Result<Statement> Database::first_row(const std::string& sql, std::string_view action) {
  sqlite3_stmt* raw = nullptr;
  int code = sqlite3_prepare_v2(handle(), sql.c_str(), -1, &raw, nullptr);
  Statement statement(raw);
  if (code == SQLITE_OK) code = statement.step();
  if (code == SQLITE_ROW) return statement;
  if (code == SQLITE_DONE)
    return Status(Code::kStateUnusable, path_ + ": gave no answer to " + sql);
  return failure(code, action);
}

Result<std::int64_t> Database::query_integer(const std::string& sql, std::string_view action) {
  const Result<Statement> row = first_row(sql, action);
  if (!row) return row.error();
  return row->column_integer(0);
}

Result<std::string> Database::query_text(const std::string& sql, std::string_view action) {
  const Result<Statement> row = first_row(sql, action);
  if (!row) return row.error();
  return row->column_bytes(0);
}

Result<Statement> Database::prepare(const char* sql) {
  sqlite3_stmt* statement = nullptr;
  const int code =
      sqlite3_prepare_v3(handle(), sql, -1, SQLITE_PREPARE_PERSISTENT, &statement, nullptr);
  if (code == SQLITE_OK) return Statement(statement);
  return failure(code, "read the tables");
}

// errno of the last failure. SQLite itself does not pass on that of a COMMIT; the log's file and
// the database's keep their own.
int Database::system_error() const {
  int error = 0;
  sqlite3_file* log = nullptr;
  static_cast<void>(sqlite3_file_control(handle(), "main", SQLITE_FCNTL_JOURNAL_POINTER, &log));
  if (log != nullptr && log->pMethods != nullptr) {
    static_cast<void>(log->pMethods->xFileControl(log, SQLITE_FCNTL_LAST_ERRNO, &error));
  }
  if (error == 0) {
    static_cast<void>(sqlite3_file_control(handle(), "main", SQLITE_FCNTL_LAST_ERRNO, &error));
  }
  return error != 0 ? error : sqlite3_system_errno(handle());
}

Status Database::failure(int code, std::string_view action) const {
  const std::string reason = sqlite3_errmsg(handle());
  switch (code & 0xff) {
    case SQLITE_NOMEM:
      return Status(Code::kIo, fmt::format("{}: cannot {}: out of memory", path_, action));
    case SQLITE_NOTADB:
      return Status(Code::kStateUnusable,
                    path_ + ": is not a cspkit state file (no database); name another file");
    case SQLITE_CORRUPT:
    case SQLITE_ERROR:  // our SQL is right, so a table, a column or the format is not
      return Status(Code::kStateUnusable,
                    fmt::format("{}: is damaged ({}); restore a backup, or move it away to start "
                                "anew",
                                path_, reason));
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
      return Status(Code::kStateLocked,
                    path_ + ": in use by another program that has the file open; close it there");
    case SQLITE_TOOBIG:
      return Status(Code::kTooLarge,
                    fmt::format("{}: cannot {}: a value is too large for it", path_, action));
    default:
      break;
  }
  const int primary = code & 0xff;
  const bool from_system = primary == SQLITE_IOERR || primary == SQLITE_CANTOPEN;
  const int error = from_system ? system_error() : 0;
  if (primary == SQLITE_FULL || error == ENOSPC || error == EDQUOT || error == EFBIG) {
    return Status(Code::kFull,
                  fmt::format("{}: cannot {}: the disk is full; free some space and try again",
                              path_, action));
  }
  std::string text = fmt::format("{}: cannot {}: {}", path_, action, reason);
  if (error != 0) {
    text += fmt::format(" ({})", std::error_code(error, std::generic_category()).message());
  }
  return Status(Code::kIo, text);
}

}  // namespace cspkit::store
