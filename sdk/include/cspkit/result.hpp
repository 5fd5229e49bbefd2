// SPDX-License-Identifier: Apache-2.0
// cspkit/result.hpp: how every part of cspkit says that something worked or why it did not. C++17,
// standard library only. Status and Result are plain values: safe to copy, no thread rules of their
// own.
#ifndef CSPKIT_RESULT_HPP_
#define CSPKIT_RESULT_HPP_

#include <cspkit/abi.h>

#include <cstdint>
#include <cstdlib>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>

namespace cspkit {

/// Why something failed. The first group is what providers say (abi.h); the second the engine's
/// own. The one table that makes SyncML statuses of them is core/include/cspkit/syncml_status.hpp.
enum class Code : std::int32_t {
  kOk = CSPKIT_OK,
  kPending = CSPKIT_PENDING,
  kNotFound = CSPKIT_NOT_FOUND,
  kNotAllowed = CSPKIT_NOT_ALLOWED,
  kNotSupported = CSPKIT_NOT_SUPPORTED,
  kAlreadyExists = CSPKIT_ALREADY_EXISTS,
  kBadFormat = CSPKIT_BAD_FORMAT,
  kBadValue = CSPKIT_BAD_VALUE,
  kDenied = CSPKIT_DENIED,
  kBusy = CSPKIT_BUSY,
  kFull = CSPKIT_FULL,
  kTimedOut = CSPKIT_TIMED_OUT,
  kCancelled = CSPKIT_CANCELLED,
  kFailed = CSPKIT_FAILED,
  kStale = CSPKIT_STALE,
  kMisuse = CSPKIT_MISUSE,

  kBadRequest = -100,      ///< the command or its LocURI is malformed
  kUriTooLong = -101,      ///< the LocURI exceeds a limit
  kTooLarge = -102,        ///< a value or message exceeds a limit
  kIncomplete = -103,      ///< a precondition is missing (dependency)
  kNotExecuted = -110,     ///< not run because its Atomic failed
  kRolledBack = -111,      ///< run and undone because its Atomic failed
  kRollbackFailed = -112,  ///< run, and undoing it failed
  kAtomicFailed = -113,    ///< the Atomic itself, when a child failed
  kChunkAccepted = -120,   ///< a piece of a large object was taken; nothing was done yet
  kSizeMismatch =
      -121,  ///< the pieces of a large object do not make up the size it was said to have
  kSizeRequired = -122,  ///< the first piece of a large object does not say its size
  kNotSyncml = -200,     ///< the input is no SyncML message
  kNotDdf = -201,        ///< the input is no DDF document
  kStateUnusable =
      -202,  ///< the state file could not be opened, or is of a newer version, or is no database
  kStateLocked = -203,  ///< another process, or another engine of this one, holds the state file
  kProviderRefused =
      -204,   ///< the provider library was not trusted, not understood, or did not start
  kIo = -205  ///< a file could not be read or written
};

/// An outcome with its reason. `text` is for people: what, where, what to do. `provider_error` is
/// an HRESULT, 0 for none; it reaches the server as msft:originalerror. Two words, and no memory of
/// its own without a text: most are made to say that all is well.
class [[nodiscard]] Status {
 public:
  Status() = default;  ///< ok
  /// A failure, or with kOk a success that has something to say.
  explicit Status(Code code, std::string text = {}, std::uint32_t provider_error = 0)
      : code_(code), provider_error_(provider_error), text_(kept(std::move(text))) {}
  /// Copies the text.
  /// @{
  Status(const Status& other)
      : code_(other.code_), provider_error_(other.provider_error_), text_(kept(other)) {}
  Status& operator=(const Status& other) { return *this = Status(other); }
  /// @}
  /// What is moved from keeps its code and loses its text.
  /// @{
  Status(Status&& other) noexcept = default;
  Status& operator=(Status&& other) noexcept = default;
  /// @}
  ~Status() = default;

  static Status ok_status() { return {}; }         ///< for where a Status must be named
  bool ok() const { return code_ == Code::kOk; }   ///< true when nothing failed
  explicit operator bool() const { return ok(); }  ///< as ok()
  Code code() const { return code_; }              ///< what a program decides by
  /// For people; may be empty.
  const std::string& text() const { return text_ ? *text_ : no_text(); }
  std::uint32_t provider_error() const { return provider_error_; }  ///< HRESULT; 0: none

 private:
  // Cold, and what leads to it is: whoever asks for speed has nothing to explain. Compilers keep it
  // away from what is done when all is well.
  [[gnu::cold, gnu::noinline]] static std::unique_ptr<const std::string> kept(std::string text) {
    if (text.empty()) return nullptr;
    return std::make_unique<const std::string>(std::move(text));
  }
  static std::unique_ptr<const std::string> kept(const Status& other) {
    return other.text_ ? kept(*other.text_) : nullptr;
  }
  // Hidden: else what stays in them would be one in the whole process, and keep every provider that
  // has it in memory.
  [[gnu::visibility("hidden")]] static const std::string& no_text() {
    static const std::string kNone;
    return kNone;
  }
  template <typename T>
  friend class Result;
  [[gnu::visibility("hidden")]] static const Status& all_is_well() {
    static const Status kOk;
    return kOk;
  }

  Code code_ = Code::kOk;
  std::uint32_t provider_error_ = 0;
  std::unique_ptr<const std::string> text_;  // null: empty
};

/// A value or the Status that explains its absence; the member names are those of std::expected.
/// Reading the value of a failed Result ends the process: ask first.
template <typename T>
class [[nodiscard]] Result {
 public:
  using value_type = T;  ///< what it holds when nothing failed
  /// A value.
  Result(T value)
      : state_(std::in_place_index<0>, std::move(value)) {}  // NOLINT(google-explicit-constructor)
  /// The reason why there is none; a Status that is ok() must not be given.
  Result(Status status)
      : state_(std::in_place_index<1>, std::move(status)) {}  // NOLINT(google-explicit-constructor)
  /// The same, made of a code and a text for people.
  Result(Code code, std::string text = {})
      : state_(std::in_place_index<1>, code, std::move(text)) {}

  bool has_value() const { return state_.index() == 0; }  ///< false: error() says why
  explicit operator bool() const { return has_value(); }  ///< as has_value()
  /// The value. Without one the process ends (std::abort).
  /// @{
  T& value() & { return checked(); }
  const T& value() const& { return const_cast<Result*>(this)->checked(); }
  T&& value() && { return std::move(checked()); }
  T& operator*() & { return checked(); }
  const T& operator*() const& { return value(); }
  T&& operator*() && { return std::move(checked()); }
  T* operator->() { return &checked(); }
  const T* operator->() const { return &value(); }
  /// @}
  /// The value, or `other` when there is none.
  template <typename U>
  T value_or(U&& other) const& {
    return has_value() ? value() : static_cast<T>(std::forward<U>(other));
  }
  /// The Status: ok when there is a value.
  const Status& error() const { return has_value() ? Status::all_is_well() : std::get<1>(state_); }

 private:
  T& checked() {
    if (!has_value()) std::abort();
    return *std::get_if<0>(&state_);
  }
  std::variant<T, Status> state_;
};

}  // namespace cspkit

#endif  // CSPKIT_RESULT_HPP_
