// SPDX-License-Identifier: Apache-2.0
// A thin skin over SQLite's C interface: owns the connection and its statements, and turns result
// codes into Status.
#ifndef CSPKIT_CORE_STORE_SQLITE_DB_HPP_
#define CSPKIT_CORE_STORE_SQLITE_DB_HPP_

#include <sqlite3.h>

#include <cspkit/result.hpp>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "store/frame_vfs.hpp"

namespace cspkit::store {

/// A prepared statement. text(), blob() and integer() give its parameters in order; what they refer
/// to must live until run().
class Statement {
 public:
  Statement() = default;
  explicit Statement(sqlite3_stmt* statement) : statement_(statement) {}

  Statement& text(std::string_view value) {
    return bound(sqlite3_bind_text64(statement_.get(), ++bound_, bytes_of(value), value.size(),
                                     SQLITE_STATIC, SQLITE_UTF8));
  }
  Statement& blob(std::string_view value) {
    return bound(sqlite3_bind_blob64(statement_.get(), ++bound_, bytes_of(value), value.size(),
                                     SQLITE_STATIC));
  }
  Statement& integer(std::int64_t value) {
    return bound(sqlite3_bind_int64(statement_.get(), ++bound_, value));
  }

  /// Runs a statement that gives no rows; SQLite's result code, SQLITE_OK when it is done.
  int run();
  /// SQLITE_ROW or SQLITE_DONE, else a failure. After anything but SQLITE_ROW: reset().
  int step() { return bind_error_ != SQLITE_OK ? bind_error_ : sqlite3_step(statement_.get()); }
  void reset();

  std::string column_bytes(int column) const;
  std::int64_t column_integer(int column) const {
    return sqlite3_column_int64(statement_.get(), column);
  }

 private:
  struct Finalize {
    void operator()(sqlite3_stmt* statement) const { sqlite3_finalize(statement); }
  };
  // No bytes are a value, too; no address would be none.
  static const char* bytes_of(std::string_view value) {
    return value.data() != nullptr ? value.data() : "";
  }
  Statement& bound(int code) {
    if (code != SQLITE_OK) bind_error_ = code;
    return *this;
  }
  std::unique_ptr<sqlite3_stmt, Finalize> statement_;
  int bound_ = 0;
  int bind_error_ = SQLITE_OK;
};

/// A connection. One thread at a time.
class Database {
 public:
  Database(Database&&) = default;
  Database& operator=(Database&&) = delete;  // it would let the files go before their connection
  ~Database() = default;
  /// Opens a file that exists, or that a VFS of its own makes.
  static Result<Database> open(const std::string& path, const std::string& vfs_name);

  const std::string& path() const { return path_; }
  sqlite3* handle() const { return handle_.get(); }
  /// While it lives a statement can open files of its own, beside the connection's.
  [[nodiscard]] FrameVfs::Known opens_files() { return FrameVfs::Known(files_.get()); }
  /// Runs statements without parameters, and forgets their rows.
  Status execute(const std::string& sql, std::string_view action);
  /// The first column of the first row.
  Result<std::int64_t> query_integer(const std::string& sql, std::string_view action);
  Result<std::string> query_text(const std::string& sql, std::string_view action);
  Result<Statement> prepare(const char* sql);
  /// The Status of a failed call, made right after it. `action`: "read", "write the change", ...
  Status failure(int code, std::string_view action) const;

 private:
  struct Close {
    void operator()(sqlite3* handle) const { sqlite3_close_v2(handle); }
  };
  Database(std::string path, std::unique_ptr<FrameVfs> files)
      : path_(std::move(path)), files_(std::move(files)) {}
  Result<Statement> first_row(const std::string& sql, std::string_view action);
  int system_error() const;

  std::string path_;
  std::unique_ptr<FrameVfs> files_;  // goes after the connection
  std::unique_ptr<sqlite3, Close> handle_;
};

}  // namespace cspkit::store

#endif  // CSPKIT_CORE_STORE_SQLITE_DB_HPP_
