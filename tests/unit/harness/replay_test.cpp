// SPDX-License-Identifier: Apache-2.0
// Recorded sessions: what is recorded replays, and what has changed is named.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <cspkit/harness.hpp>
#include <cspkit/harness/matchers.hpp>
#include <cspkit/harness/replay.hpp>
#include <filesystem>
#include <fstream>
#include <memory>
#include <string>
#include <utility>

namespace cspkit::harness {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

constexpr std::string_view kDdf = R"(<MgmtTree><VerDTD>1.2</VerDTD>
<Node><NodeName>Lamp</NodeName><Path>./Device/Vendor/Test</Path>
  <DFProperties><AccessType><Get/></AccessType><DFFormat><node/></DFFormat>
    <Occurrence><One/></Occurrence><DFType><DDFName/></DFType></DFProperties>
  <Node><NodeName>Watts</NodeName><DFProperties><AccessType><Get/><Replace/></AccessType>
    <DFFormat><int/></DFFormat><Occurrence><One/></Occurrence><DFType><MIME/></DFType>
    </DFProperties></Node>
</Node></MgmtTree>)";

std::string message(const std::string& id, const std::string& command) {
  return "<SyncML><SyncHdr><VerDTD>1.2</VerDTD><VerProto>DM/1.2</VerProto><SessionID>1</SessionID>"
         "<MsgID>" +
         id + "</MsgID></SyncHdr><SyncBody>" + command + "<Final/></SyncBody></SyncML>";
}

class ReplayTest : public ::testing::Test {
 protected:
  void SetUp() override {
    std::string name = (std::filesystem::temp_directory_path() / "cspkit-replay-XXXXXX").string();
    ASSERT_NE(::mkdtemp(name.data()), nullptr);
    folder_ = name;
    write("01-set.request.xml",
          message("1",
                  "<Replace><CmdID>1</CmdID><Item><Target><LocURI>./Vendor/Test/Lamp/Watts</LocURI>"
                  "</Target><Data>40</Data></Item></Replace>"));
    write("02-ask.request.xml",
          message("2",
                  "<Get><CmdID>1</CmdID><Item><Target><LocURI>./Vendor/Test/Lamp/Watts</LocURI>"
                  "</Target></Item></Get>"));
  }
  void TearDown() override { std::filesystem::remove_all(folder_); }
  void write(const std::string& file, const std::string& text) {
    std::ofstream(folder_ / file, std::ios::binary) << text;
  }
  std::string read(const std::string& file) {
    std::ifstream in(folder_ / file, std::ios::binary);
    return {std::istreambuf_iterator<char>(in), {}};
  }
  static std::unique_ptr<Device> device() {
    auto opened = Device::open();
    EXPECT_THAT(opened, IsOk());
    EXPECT_THAT((*opened)->load_ddf_bytes(kDdf, "Lamp.xml"), IsOk());
    return *std::move(opened);
  }
  std::filesystem::path folder_;
};

TEST_F(ReplayTest, WhatWasRecordedReplays) {
  ASSERT_THAT(record_replies(*device(), folder_), IsOk());
  EXPECT_THAT(read("02-ask.reply.xml"), HasSubstr("<Data>40</Data>"));
  auto exchanges = load_exchanges(folder_);
  ASSERT_THAT(exchanges, IsOk());
  ASSERT_EQ(exchanges->size(), 2U);
  EXPECT_THAT(replay(*device(), *exchanges), IsEmpty());
}

TEST_F(ReplayTest, ADifferenceIsNamedAndSpaceIsNone) {
  ASSERT_THAT(record_replies(*device(), folder_), IsOk());
  std::string reply = read("02-ask.reply.xml");
  for (std::size_t at = 0; (at = reply.find("><", at)) != reply.npos; at += 3) {
    reply.replace(at, 2, ">\n<");
  }
  write("02-ask.reply.xml", reply);
  EXPECT_THAT(replay(*device(), load_exchanges(folder_).value()), IsEmpty());
  reply.replace(reply.find("<Data>40"), 8, "<Data>60");
  write("02-ask.reply.xml", reply);
  EXPECT_THAT(replay(*device(), load_exchanges(folder_).value()),
              ElementsAre(::testing::AllOf(HasSubstr("02-ask, element "),
                                           HasSubstr("expected <Data>60, got <Data>40"))));
}

TEST_F(ReplayTest, WhatCannotBeReadIsSaid) {
  const auto lacking = load_exchanges(folder_);
  EXPECT_THAT(lacking, CodeIs(Code::kIo));
  EXPECT_THAT(lacking.error().text(), HasSubstr("01-set.reply.xml"));
  EXPECT_THAT(load_exchanges(folder_ / "nowhere"), CodeIs(Code::kIo));
  std::filesystem::create_directory(folder_ / "empty");
  EXPECT_THAT(load_exchanges(folder_ / "empty").error().text(), HasSubstr("no file *.request.xml"));
}

}  // namespace
}  // namespace cspkit::harness
