// SPDX-License-Identifier: Apache-2.0
#include <cspkit/syncml_status.hpp>
#include <utility>

namespace cspkit {

const char* syncml_status_text(int status) {
  // SyncML Representation Protocol 1.2.2 section 10, the codes a device answers or meets.
  static constexpr std::pair<int, const char*> kTexts[] = {
      {101, "101 In progress"},
      {200, "200 OK"},
      {202, "202 Accepted for processing"},
      {212, "212 Authentication accepted"},
      {213, "213 Chunk accepted and buffered"},
      {214, "214 Operation cancelled"},
      {215, "215 Not executed"},
      {216, "216 Rolled back"},
      {304, "304 Not modified"},
      {400, "400 Bad request"},
      {401, "401 Invalid credentials"},
      {403, "403 Forbidden"},
      {404, "404 Not found"},
      {405, "405 Command not allowed"},
      {406, "406 Not supported"},
      {407, "407 Authentication required"},
      {408, "408 Request timeout"},
      {411, "411 Size required"},
      {412, "412 Incomplete command"},
      {413, "413 Value too large"},
      {414, "414 LocURI too long"},
      {415, "415 Unsupported type or format"},
      {416, "416 Requested size too big"},
      {418, "418 Already exists"},
      {420, "420 Device full"},
      {424, "424 Size mismatch"},
      {425, "425 Permission denied"},
      {500, "500 Command failed"},
      {505, "505 DTD version not supported"},
      {507, "507 Atomic failed"},
      {510, "510 Data store failure"},
      {513, "513 Protocol version not supported"},
      {516, "516 Roll back failed"},
      {517, "517 Atomic response too large"},
  };
  for (const auto& [code, text] : kTexts) {
    if (code == status) return text;
  }
  return "unknown status";
}

}  // namespace cspkit
