// SPDX-License-Identifier: Apache-2.0
// A world outside that is files in a folder, written in place and in two halves: a process that is
// killed in between leaves a torn one behind.
#ifndef CSPKIT_TESTS_FAULT_FILE_OUTSIDE_HPP_
#define CSPKIT_TESTS_FAULT_FILE_OUTSIDE_HPP_

#include <string>

#include "keeper.hpp"

namespace cspkit::fault {

class FileOutside : public Outside {
 public:
  /// The folder is made when it is missing.
  explicit FileOutside(std::string folder);
  std::optional<std::string> get(const std::string& name) const override;
  void put(const std::string& name, const std::string& text) override;
  void erase(const std::string& name) override;
  std::vector<std::string> names(const std::string& prefix) const override;
  bool step(const std::string& what) override;

  /// The process is killed at the `nth` moment from now on: a step of a transaction, and the
  /// beginning, the middle and the end of each write. 0: never.
  void kill_at(int nth) { left_ = nth; }
  int moments() const { return moments_; }

 private:
  std::string path_of(const std::string& name) const;
  void moment();

  std::string folder_;
  int left_ = 0;
  int moments_ = 0;
};

}  // namespace cspkit::fault

#endif  // CSPKIT_TESTS_FAULT_FILE_OUTSIDE_HPP_
