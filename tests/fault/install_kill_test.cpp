// SPDX-License-Identifier: Apache-2.0
// kill -9 at every write and every sync of Office installations that are one Atomic with the change
// of a file: after a restart every run that was acknowledged is there and comes to its end, none is
// done twice, and the file and the tree tell of the same runs.
#include <gtest/gtest.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <csignal>
#include <cspkit/harness.hpp>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <new>
#include <sstream>

#include "fault_vfs.hpp"
#include "file_outside.hpp"
#include "keeper.hpp"
#include "support.hpp"

namespace cspkit::fault {
namespace {

const std::string kInstallation = "./Vendor/MSFT/Office/Installation";
const std::string kText = "./Vendor/Test/one/Text";

/// What a child says before it dies, in memory that outlives it.
struct Report {
  std::atomic<int> started{0}, answered{0};
  std::atomic<bool> good{true};
};

bool installs(int run) { return run % 2 == 1; }
std::string id_of(int run) {
  return "k" + std::to_string(run) + (installs(run) ? "-install" : "-remove");
}

std::string message_of(int run) {
  const std::string data = installs(run)
                               ? "&lt;Configuration>&lt;Add>&lt;Product ID=\"O365ProPlusRetail\">"
                                 "&lt;Language ID=\"en-us\"/>&lt;/Product>&lt;/Add>"
                                 "&lt;/Configuration>"
                               : "&lt;Configuration>&lt;Remove All=\"TRUE\"/>&lt;/Configuration>";
  return "<SyncML><SyncBody><Atomic><CmdID>1</CmdID><Exec><CmdID>2</CmdID><Item><Target><LocURI>" +
         kInstallation + "/" + id_of(run) + "/Install</LocURI></Target><Data>" + data +
         "</Data></Item></Exec><Replace><CmdID>3</CmdID><Item><Target><LocURI>" + kText +
         "</LocURI></Target><Data>" + id_of(run) +
         "</Data></Item></Replace></Atomic><Final/></SyncBody></SyncML>";
}

Result<std::unique_ptr<harness::Device>> open_device(const std::string& folder,
                                                     const std::string& vfs) {
  harness::DeviceOptions options;
  options.state = folder + "/device.db";
  options.engine.file_layer.name = vfs;
  options.engine.file_layer.checkpoint_pages = 40;
  options.providers = {{CSPKIT_OFFICE_LIBRARY}};
  options.plugins = {{&keeper_plugin("one")}};
  return harness::Device::open(std::move(options));
}

class InstallKill : public ::testing::Test {
 protected:
  InstallKill() {
    void* memory =
        ::mmap(nullptr, sizeof(Report), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (memory == MAP_FAILED) std::abort();
    report_ = new (memory) Report;
  }
  ~InstallKill() override { ::munmap(report_, sizeof(Report)); }

  void live(Op op, int nth) const {
    FaultVfs vfs;
    vfs.kill_at(op, nth);
    FileOutside outside(dir_.path() + "/outside");
    work_on(&outside);
    auto device = open_device(dir_.path(), vfs.name());
    if (!device) {
      report_->good = false;
      return;
    }
    for (int run = known_ + 1; run <= known_ + 2; ++run) {
      report_->started = run;
      const auto reply = (*device)->run(message_of(run));
      if (!reply || (*device)->statuses().front() != 200) report_->good = false;
      report_->answered = run;
      if (!(*device)->settle()) report_->good = false;
    }
    device->reset();
  }
  /// True when the child was killed.
  bool life(Op op, int nth) {
    new (report_) Report;
    const pid_t child = ::fork();
    if (child == 0) {
      live(op, nth);
      ::_exit(0);
    }
    int status = 0;
    EXPECT_EQ(::waitpid(child, &status, 0), child);
    EXPECT_TRUE(report_->good) << "what should have worked did not";
    return WIFSIGNALED(status);
  }
  void check() {
    FileOutside outside(dir_.path() + "/outside");
    work_on(&outside);
    auto device = open_device(dir_.path(), {});
    ASSERT_TRUE(device) << device.error().text();
    ASSERT_TRUE((*device)->settle()) << "a run is stuck";
    const auto names = (*device)->get(kInstallation);
    ASSERT_TRUE(names);
    std::istringstream list(names->data);
    int present = 0;
    for (std::string id; std::getline(list, id, '/');) {
      if (id == "CurrentStatus") continue;
      ++present;
      const std::string node = kInstallation + "/" + id;
      EXPECT_EQ((*device)->get(node + "/Status").value_or(Value::chr("none")).data, "0") << id;
      EXPECT_EQ((*device)->get(node + "/FinalStatus").value_or(Value::chr("none")).data, "70");
    }
    const int answered = std::max(known_, report_->answered.load());
    EXPECT_GE(present, answered);
    EXPECT_LE(present, std::max(answered, report_->started.load()));
    known_ = present;
    // A run done twice would have found Office there, or gone.
    const auto current = (*device)->get(kInstallation + "/CurrentStatus");
    ASSERT_TRUE(current);
    EXPECT_EQ(current->data.find("<Product") != std::string::npos, installs(present));
    // One Atomic with each run.
    const std::string last = present == 0 ? "" : id_of(present);
    EXPECT_EQ((*device)->get(kText).value_or(Value::chr("none")).data, last);
    EXPECT_EQ(outside.get("one/Text").value_or(""), last);
  }
  int everywhere(Op op) {
    int kills = 0;
    for (int n = 1; n < 2000; ++n) {
      SCOPED_TRACE(::testing::Message() << "call " << n);
      std::filesystem::remove_all(dir_.path());
      std::filesystem::create_directories(dir_.path());
      known_ = 0;
      const bool killed = life(op, n);
      check();
      if (!killed || HasFailure()) break;
      // The device that was hit lives on, and is hit again.
      kills += 1 + (life(op, 1 + n * 5 % 40) ? 1 : 0);
      check();
      if (HasFailure()) break;
    }
    std::printf("%d kills\n", kills);
    RecordProperty("kills", kills);
    return kills;
  }

  store_test::TempDir dir_;
  Report* report_ = nullptr;
  int known_ = 0;
};

TEST_F(InstallKill, AtEveryWrite) { EXPECT_GT(everywhere(Op::kWrite), 60); }
TEST_F(InstallKill, AtEverySync) { EXPECT_GE(everywhere(Op::kSync), 15); }

}  // namespace
}  // namespace cspkit::fault
