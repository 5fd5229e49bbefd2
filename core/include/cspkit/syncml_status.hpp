// SPDX-License-Identifier: Apache-2.0
// cspkit/syncml_status.hpp: the one table that turns an outcome into a SyncML status.
#ifndef CSPKIT_SYNCML_STATUS_HPP_
#define CSPKIT_SYNCML_STATUS_HPP_

#include <cspkit/export.hpp>
#include <cspkit/result.hpp>

namespace cspkit {

/// The SyncML status of an outcome (SyncML Representation Protocol 1.2.2 section 10; Windows' use
/// of it in oma-dm-protocol-support.md). Codes that never reach the wire (kNotSyncml, ...) give
/// 500.
constexpr int syncml_status(Code code) {
  switch (code) {
    case Code::kOk:
      return 200;
    case Code::kPending:
      return 202;
    case Code::kNotFound:
      return 404;
    case Code::kNotAllowed:
      return 405;
    case Code::kNotSupported:
      return 406;
    case Code::kAlreadyExists:
      return 418;
    case Code::kBadFormat:
      return 415;
    case Code::kBadValue:
      return 500;
    case Code::kDenied:
      return 425;
    case Code::kBusy:
      return 403;
    case Code::kFull:
      return 420;
    case Code::kTimedOut:
      return 500;
    case Code::kCancelled:
      return 214;
    case Code::kBadRequest:
      return 400;
    case Code::kUriTooLong:
      return 414;
    case Code::kTooLarge:
      return 413;
    case Code::kIncomplete:
      return 412;
    case Code::kNotExecuted:
      return 215;
    case Code::kRolledBack:
      return 216;
    case Code::kRollbackFailed:
      return 516;
    case Code::kAtomicFailed:
      return 507;
    case Code::kChunkAccepted:
      return 213;
    case Code::kSizeMismatch:
      return 424;
    case Code::kSizeRequired:
      return 411;
    default:
      return 500;
  }
}
/// The same of a Status; its text and HRESULT play no part.
inline int syncml_status(const Status& status) { return syncml_status(status.code()); }

/// "404 Not found" and the like, for people.
CSPKIT_API const char* syncml_status_text(int status);

/// E_INVALIDARG: what a value outside MSFT:AllowedValues carries as msft:originalerror.
inline constexpr std::uint32_t kInvalidArgument = 0x80070057u;

}  // namespace cspkit

#endif  // CSPKIT_SYNCML_STATUS_HPP_
