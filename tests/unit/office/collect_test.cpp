// SPDX-License-Identifier: Apache-2.0
// Logs in one archive: what may be named, how much of it goes in, what is told of the rest.
#include <archive.h>
#include <archive_entry.h>
#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <map>
#include <memory>

#include "../../lib/temp_folder.hpp"
#include "collector.hpp"
#include "local_machine.hpp"

namespace cspkit::office::collect {
namespace {

namespace fs = std::filesystem;
using std::chrono::hours;
using std::chrono::milliseconds;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Key;
using testing::UnorderedElementsAre;

constexpr std::uint64_t kMegabyte = 1 << 20;

Refusal judge(std::string_view text, Rules rules = Rules::kUsual) {
  LogPath path;
  return read_log_path(text, rules, path);
}

TEST(LogPathTest, WhatMayBeNamed) {
  for (const char* good :
       {"C:\\Windows\\Temp\\setup.log", "c:/x.TXT", "%ProgramData%\\a\\b.dmp", "%TEMP%\\x.cab",
        "%tmp%/x.zip", "%PUBLIC%\\x.xml", "%WINDIR%\\x.log", "%PROGRAMFILES%\\x y\\z.log",
        "  C:\\x.log\r\n", "C:\\\\double\\x.log", "C:\\a.b.c\\.log"}) {
    EXPECT_EQ(judge(good), Refusal::kNone) << good;
    EXPECT_EQ(judge(good, Rules::kStrict), Refusal::kNone) << good;
  }
  // Where Microsoft's two lists of extensions differ, and what other systems call a full path.
  for (const char* usual : {"C:\\x.evtx", "C:\\x.evtl", "C:\\x.ETL"}) {
    EXPECT_EQ(judge(usual), Refusal::kNone) << usual;
    EXPECT_EQ(judge(usual, Rules::kStrict), Refusal::kExtension) << usual;
  }
  EXPECT_EQ(judge("/var/log/x.log"), Refusal::kNone);
  EXPECT_EQ(judge("/var/log/x.log", Rules::kStrict), Refusal::kRelative);
}

TEST(LogPathTest, WhatMayNot) {
  const std::map<std::string, Refusal> cases = {
      {"", Refusal::kEmpty},
      {" \t", Refusal::kEmpty},
      {"C:\\", Refusal::kEmpty},
      {"C:\\logs\\", Refusal::kEmpty},
      {"x.log", Refusal::kRelative},
      {"logs\\x.log", Refusal::kRelative},
      {"C:x.log", Refusal::kRelative},
      {"\\x.log", Refusal::kRelative},
      {"%TEMP%x.log", Refusal::kRelative},
      {"\\\\server\\share\\x.log", Refusal::kNetwork},
      {"\\\\?\\C:\\x.log", Refusal::kNetwork},
      {"//server/x.log", Refusal::kNetwork},
      {"C:\\a\\..\\x.log", Refusal::kParent},
      {"C:\\.\\x.log", Refusal::kParent},
      {"/var/../x.log", Refusal::kParent},
      {"C:\\a\\... \\x.log", Refusal::kName},
      {"C:\\a.\\x.log", Refusal::kName},
      {"C:\\con.log", Refusal::kName},
      {"C:\\Com1.x.log", Refusal::kName},
      {"C:\\NUL\\x.log", Refusal::kName},
      {"C:\\*.log", Refusal::kWildcard},
      {"C:\\?.log", Refusal::kWildcard},
      {"C:\\x.exe:y.log", Refusal::kCharacter},
      {"C:\\a|b.log", Refusal::kCharacter},
      {std::string("C:\\a\0b.log", 10), Refusal::kCharacter},
      {"%USERPROFILE%\\x.log", Refusal::kVariable},
      {"%APPDATA%\\x.log", Refusal::kVariable},
      {"%ProgramFiles(x86)%\\x.log", Refusal::kVariable},
      {"%TEMP\\x.log", Refusal::kVariable},
      {"C:\\%TEMP%\\x.log", Refusal::kVariable},
      {"C:\\x", Refusal::kExtension},
      {"C:\\x.log.bak", Refusal::kExtension},
      {"C:\\x.logx", Refusal::kExtension},
      {"C:\\x.lo", Refusal::kExtension},
      {"C:\\x.exe", Refusal::kExtension},
      {"C:\\log", Refusal::kExtension},
      {"C:\\" + std::string(2000, 'a') + ".log", Refusal::kTooLong}};
  for (const auto& [text, refusal] : cases) {
    EXPECT_EQ(judge(text), refusal) << text;
    EXPECT_FALSE(text_of(refusal).empty());
  }
}

class ManualMachine final : public Machine {
 public:
  std::optional<fs::path> folder_of(const LogPath& path) const override {
    now_ += step;
    const auto found = folders.find(path.start);
    if (found == folders.end()) return {};
    return found->second;
  }
  milliseconds now() const override { return now_; }

  std::map<std::string, fs::path> folders;
  milliseconds step{0};  ///< what each path takes

 private:
  mutable milliseconds now_{0};
};

class CollectTest : public testing::Test {
 protected:
  CollectTest() {
    fs::create_directory(folder_.file("c"));
    machine_.folders["C:"] = folder_.file("c");
    order_.status = 17002;
    order_.archive = folder_.file("out.zip");
  }
  /// A file of the drive, with as many bytes, and its path.
  std::string file(const std::string& name, std::uint64_t bytes = 3) {
    const fs::path path = fs::path(folder_.file("c")) / name;
    fs::create_directories(path.parent_path());
    test::write_text(path.string(), "log");
    fs::resize_file(path, bytes);
    std::string windows = "C:\\" + name;
    for (char& c : windows) {
      if (c == '/') c = '\\';
    }
    return windows;
  }
  Collection run() { return collect(order_, machine_, sealer_, heard_); }
  std::map<std::string, std::string> unpacked() const { return unpack(folder_.file("out.zip")); }

  static std::map<std::string, std::string> unpack(const std::string& path) {
    std::map<std::string, std::string> files;
    const std::unique_ptr<archive, int (*)(archive*)> a(archive_read_new(), archive_read_free);
    archive_read_support_format_zip(a.get());
    EXPECT_EQ(archive_read_open_filename(a.get(), path.c_str(), 65536), ARCHIVE_OK);
    archive_entry* entry = nullptr;
    while (archive_read_next_header(a.get(), &entry) == ARCHIVE_OK) {
      std::string& bytes = files[archive_entry_pathname(entry)];
      char part[4096];
      la_ssize_t got = 0;
      while ((got = archive_read_data(a.get(), part, sizeof(part))) > 0) {
        bytes.append(part, static_cast<std::size_t>(got));
      }
      EXPECT_EQ(got, 0);
    }
    return files;
  }

  test::TempFolder folder_;
  ManualMachine machine_;
  Order order_;
  const Sealer* sealer_ = nullptr;
  std::function<void(const Collection&)> heard_;
};

TEST_F(CollectTest, FilesUnderTheirPathsAndAListOfAll) {
  machine_.folders["PROGRAMDATA"] = folder_.file("c/Data");
  file("Data/My App/Setup.log");
  order_.paths = {file("Windows/Temp/b.txt"), "%programdata%\\my app\\setup.LOG", "C:\\absent.log",
                  "D:\\x.log"};
  std::vector<State> states;
  heard_ = [&](const Collection& collection) { states.push_back(collection.state); };
  const Collection done = run();
  EXPECT_EQ(done.state, State::kCompleted) << done.text;
  EXPECT_THAT(states, ElementsAre(State::kPending, State::kCompleted));
  EXPECT_EQ(done.collected, 2u);
  EXPECT_EQ(done.bytes, 6u);
  const auto files = unpacked();
  EXPECT_THAT(files,
              UnorderedElementsAre(Key("C/Windows/Temp/b.txt"), Key("PROGRAMDATA/my app/setup.LOG"),
                                   Key("collection.json")));
  EXPECT_EQ(files.at("C/Windows/Temp/b.txt"), "log");
  EXPECT_THAT(files.at("collection.json"), HasSubstr("No such file"));
  EXPECT_THAT(files.at("collection.json"), HasSubstr("17002"));
  EXPECT_THAT(done.entries[3].problem, HasSubstr("not known here"));
  struct stat status {};
  ASSERT_EQ(::stat(done.archive.c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 0777, 0600u) << "logs hold personal data";
}

TEST_F(CollectTest, OnlyOfAnInstallationThatFailed) {
  order_.paths = {file("a.log")};
  for (const std::optional<std::int32_t> status :
       {std::optional<std::int32_t>(), std::optional<std::int32_t>(0)}) {
    order_.status = status;
    EXPECT_EQ(run().state, State::kRefused);
  }
  EXPECT_FALSE(fs::exists(order_.archive));
}

TEST_F(CollectTest, TwentyFivePathsAndNotOneMore) {
  for (int i = 0; i < 25; ++i) order_.paths.push_back(file(std::to_string(i) + ".log"));
  Collection done = run();
  EXPECT_EQ(done.state, State::kCompleted);
  EXPECT_EQ(done.collected, 25u);
  EXPECT_EQ(unpacked().size(), 26u);  // with the list
  fs::remove(order_.archive);
  order_.paths.push_back(file("25.log"));
  done = run();
  EXPECT_EQ(done.state, State::kRefused);
  EXPECT_THAT(done.text, HasSubstr("26 paths"));
  EXPECT_FALSE(fs::exists(order_.archive));
}

TEST_F(CollectTest, SixtyMegabytesAndNotAByteMore) {
  order_.paths = {file("half.dmp", 30 * kMegabyte), file("rest.dmp", 30 * kMegabyte)};
  Collection done = run();
  EXPECT_EQ(done.collected, 2u);
  EXPECT_EQ(done.bytes, 60 * kMegabyte);

  // It stops before the file that is too much, though a later one would fit.
  order_.paths = {file("half.dmp", 30 * kMegabyte), file("rest.dmp", 30 * kMegabyte + 1),
                  file("small.log")};
  done = run();
  EXPECT_EQ(done.state, State::kCompleted);
  EXPECT_EQ(done.collected, 1u);
  EXPECT_THAT(done.entries[1].problem, HasSubstr("62914560"));
  EXPECT_THAT(done.entries[2].problem, HasSubstr("before it"));
}

TEST_F(CollectTest, TwoHoursAndNotLonger) {
  order_.paths = {file("a.log"), file("b.log"), file("c.log")};
  machine_.step = hours(1) - milliseconds(1);
  Collection done = run();
  EXPECT_EQ(done.state, State::kExpired);
  EXPECT_THAT(done.text, HasSubstr("120 minutes"));
  EXPECT_FALSE(fs::exists(order_.archive));
  order_.paths.pop_back();
  EXPECT_EQ(run().state, State::kCompleted);
}

TEST_F(CollectTest, OneBadPathAndNothingIsRead) {
  order_.paths = {file("a.log"), "b.log"};
  const Collection done = run();
  EXPECT_EQ(done.state, State::kRefused);
  EXPECT_THAT(done.entries[0].problem, IsEmpty());
  EXPECT_THAT(done.entries[1].problem, HasSubstr("relative"));
  EXPECT_FALSE(fs::exists(order_.archive));
}

TEST_F(CollectTest, WhatIsNoLogIsLeftOut) {
  test::write_text(folder_.file("secret"), "secret");
  fs::create_symlink(folder_.file("secret"), folder_.file("c/link.log"));
  ASSERT_EQ(::mkfifo(folder_.file("c/pipe.log").c_str(), 0600), 0);
  fs::create_directory(folder_.file("c/folder.log"));
  order_.paths = {"C:\\link.log", "C:\\pipe.log", "C:\\folder.log", file("a.log"), "C:\\A.LOG"};
  const Collection done = run();
  EXPECT_EQ(done.state, State::kCompleted);
  EXPECT_THAT(done.entries[0].problem, HasSubstr("symbolic link"));
  EXPECT_THAT(done.entries[1].problem, HasSubstr("no regular file"));
  EXPECT_THAT(done.entries[2].problem, HasSubstr("no regular file"));
  EXPECT_THAT(done.entries[3].problem, IsEmpty());
  EXPECT_THAT(done.entries[4].problem, HasSubstr("twice"));
}

TEST_F(CollectTest, AnArchiveThatCannotBeWritten) {
  order_.paths = {file("a.log")};
  order_.archive = folder_.file("absent/out.zip");
  const Collection done = run();
  EXPECT_EQ(done.state, State::kFailed);
  EXPECT_THAT(done.text, HasSubstr("absent/out.zip"));
}

/// Turns every bit, or refuses to.
class Turning final : public Sealer {
 public:
  std::string_view suffix() const override { return ".turned"; }
  bool seal(std::string& archive, std::string& error) const override {
    for (char& c : archive) c = static_cast<char>(~c);
    error = "no key";
    return works;
  }
  bool works = true;
};

TEST_F(CollectTest, SealedBeforeItIsStored) {
  order_.paths = {file("a.log")};
  order_.rules = Rules::kStrict;
  EXPECT_EQ(run().state, State::kRefused) << "strict: not without a sealer";
  Turning sealer;
  sealer_ = &sealer;
  const Collection done = run();
  EXPECT_EQ(done.state, State::kCompleted) << done.text;
  EXPECT_EQ(done.archive, folder_.file("out.zip.turned"));
  EXPECT_FALSE(fs::exists(folder_.file("out.zip"))) << "never in the clear";
  std::string bytes = test::read_text(done.archive.string());
  for (char& c : bytes) c = static_cast<char>(~c);
  test::write_text(folder_.file("plain.zip"), bytes);
  EXPECT_THAT(unpack(folder_.file("plain.zip")),
              UnorderedElementsAre(Key("C/a.log"), Key("collection.json")));
  sealer.works = false;
  EXPECT_EQ(run().state, State::kFailed);
}

TEST(LocalMachineTest, DrivesAndVariablesLeadWhereTheMapSays) {
  LocalMachine machine;
  EXPECT_TRUE(machine.map("c:=/mnt/windows"));
  EXPECT_TRUE(machine.map("%ProgramData%=/mnt/data"));
  for (const char* bad : {"", "C:", "C:=", "C=/x", "%HOME%=/x", "C:\\x=/x", "c:=/again"}) {
    EXPECT_FALSE(machine.map(bad)) << bad;
  }
  LogPath path;
  ASSERT_EQ(read_log_path("C:\\x.log", Rules::kUsual, path), Refusal::kNone);
  EXPECT_EQ(machine.folder_of(path), fs::path("/mnt/windows"));
  ASSERT_EQ(read_log_path("%PROGRAMDATA%\\x.log", Rules::kUsual, path), Refusal::kNone);
  EXPECT_EQ(machine.folder_of(path), fs::path("/mnt/data"));
  ASSERT_EQ(read_log_path("D:\\x.log", Rules::kUsual, path), Refusal::kNone);
  EXPECT_EQ(machine.folder_of(path), std::nullopt);
}

}  // namespace
}  // namespace cspkit::office::collect
