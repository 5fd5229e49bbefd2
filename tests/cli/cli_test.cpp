// SPDX-License-Identifier: Apache-2.0
#include "cli_test.hpp"

#include <sys/stat.h>

#include <algorithm>
#include <cstdlib>
#include <fstream>
#include <sstream>
#include <stdexcept>

namespace cli {

namespace fs = std::filesystem;

const char* const kDdf = R"(<?xml version="1.0" encoding="UTF-8"?>
<MgmtTree xmlns:MSFT="http://schemas.microsoft.com/MobileDevice/DM">
  <VerDTD>1.2</VerDTD>
  <Node>
    <NodeName>Cli</NodeName>
    <Path>./Device/Vendor/Test</Path>
    <DFProperties>
      <AccessType><Get /></AccessType>
      <Description>For the tests of the command line.</Description>
      <DFFormat><node /></DFFormat>
      <Occurrence><One /></Occurrence>
      <Scope><Permanent /></Scope>
      <DFType><DDFName /></DFType>
      <MSFT:Applicability>
        <MSFT:OsBuildVersion>10.0.16299</MSFT:OsBuildVersion>
        <MSFT:CspVersion>1.3</MSFT:CspVersion>
      </MSFT:Applicability>
    </DFProperties>
    <Node>
      <NodeName>Text</NodeName>
      <DFProperties>
        <AccessType><Get /><Replace /></AccessType>
        <DefaultValue>first</DefaultValue>
        <Description>Any text.</Description>
        <DFFormat><chr /></DFFormat>
        <Occurrence><One /></Occurrence>
        <Scope><Permanent /></Scope>
        <DFType><MIME>text/plain</MIME></DFType>
      </DFProperties>
    </Node>
    <Node>
      <NodeName>Number</NodeName>
      <DFProperties>
        <AccessType><Get /><Replace /></AccessType>
        <DFFormat><int /></DFFormat>
        <Occurrence><One /></Occurrence>
        <Scope><Permanent /></Scope>
        <DFType><MIME>text/plain</MIME></DFType>
      </DFProperties>
    </Node>
    <Node>
      <NodeName>Mode</NodeName>
      <DFProperties>
        <AccessType><Get /><Replace /></AccessType>
        <DefaultValue>0</DefaultValue>
        <DFFormat><int /></DFFormat>
        <Occurrence><One /></Occurrence>
        <Scope><Permanent /></Scope>
        <DFType><MIME>text/plain</MIME></DFType>
        <MSFT:AllowedValues ValueType="ENUM">
          <MSFT:Enum><MSFT:Value>0</MSFT:Value><MSFT:ValueDescription>Off</MSFT:ValueDescription></MSFT:Enum>
          <MSFT:Enum><MSFT:Value>1</MSFT:Value><MSFT:ValueDescription>On</MSFT:ValueDescription></MSFT:Enum>
        </MSFT:AllowedValues>
      </DFProperties>
    </Node>
    <Node>
      <NodeName>Blob</NodeName>
      <DFProperties>
        <AccessType><Get /><Replace /></AccessType>
        <DFFormat><b64 /></DFFormat>
        <Occurrence><One /></Occurrence>
        <Scope><Permanent /></Scope>
        <DFType><MIME>text/plain</MIME></DFType>
      </DFProperties>
    </Node>
    <Node>
      <NodeName>Password</NodeName>
      <DFProperties>
        <AccessType><Replace /></AccessType>
        <DFFormat><chr /></DFFormat>
        <Occurrence><One /></Occurrence>
        <Scope><Permanent /></Scope>
        <DFType><MIME>text/plain</MIME></DFType>
      </DFProperties>
    </Node>
    <Node>
      <NodeName>Restart</NodeName>
      <DFProperties>
        <AccessType><Exec /><Get /></AccessType>
        <DFFormat><chr /></DFFormat>
        <Occurrence><One /></Occurrence>
        <Scope><Permanent /></Scope>
        <DFType><MIME>text/plain</MIME></DFType>
      </DFProperties>
    </Node>
    <Node>
      <NodeName>Items</NodeName>
      <DFProperties>
        <AccessType><Get /></AccessType>
        <DFFormat><node /></DFFormat>
        <Occurrence><One /></Occurrence>
        <Scope><Permanent /></Scope>
        <DFType><DDFName /></DFType>
      </DFProperties>
      <Node>
        <NodeName></NodeName>
        <DFProperties>
          <AccessType><Add /><Delete /><Get /></AccessType>
          <DFFormat><node /></DFFormat>
          <Occurrence><ZeroOrMore /></Occurrence>
          <Scope><Dynamic /></Scope>
          <DFTitle>ItemID</DFTitle>
          <DFType><DDFName /></DFType>
          <MSFT:DynamicNodeNaming><MSFT:ServerGeneratedUniqueIdentifier /></MSFT:DynamicNodeNaming>
        </DFProperties>
        <Node>
          <NodeName>Name</NodeName>
          <DFProperties>
            <AccessType><Add /><Get /><Replace /></AccessType>
            <DFFormat><chr /></DFFormat>
            <Occurrence><ZeroOrOne /></Occurrence>
            <Scope><Dynamic /></Scope>
            <DFType><MIME>text/plain</MIME></DFType>
          </DFProperties>
        </Node>
      </Node>
    </Node>
  </Node>
  <Node>
    <NodeName>Cli</NodeName>
    <Path>./User/Vendor/Test</Path>
    <DFProperties>
      <AccessType><Get /></AccessType>
      <DFFormat><node /></DFFormat>
      <Occurrence><One /></Occurrence>
      <Scope><Permanent /></Scope>
      <DFType><DDFName /></DFType>
    </DFProperties>
    <Node>
      <NodeName>Color</NodeName>
      <DFProperties>
        <AccessType><Get /><Replace /></AccessType>
        <DefaultValue>grey</DefaultValue>
        <DFFormat><chr /></DFFormat>
        <Occurrence><One /></Occurrence>
        <Scope><Permanent /></Scope>
        <DFType><MIME>text/plain</MIME></DFType>
      </DFProperties>
    </Node>
  </Node>
</MgmtTree>
)";

std::string message(const std::string& commands) {
  return "<SyncML xmlns=\"SYNCML:SYNCML1.2\"><SyncBody>" + commands +
         "<Final/></SyncBody></SyncML>";
}

std::string get_command(const std::string& id, const std::string& uri) {
  return "<Get><CmdID>" + id + "</CmdID><Item><Target><LocURI>" + uri +
         "</LocURI></Target></Item></Get>";
}

std::string change_command(const std::string& verb, const std::string& id, const std::string& uri,
                           const std::string& data) {
  return "<" + verb + "><CmdID>" + id + "</CmdID><Item><Target><LocURI>" + uri +
         "</LocURI></Target><Data>" + data + "</Data></Item></" + verb + ">";
}

std::string install_message(const std::string& id) {
  return message(
      change_command("Exec", "1", kOffice + "/" + id + "/Install",
                     "&lt;Configuration&gt;&lt;Add OfficeClientEdition=\"64\"&gt;&lt;Product "
                     "ID=\"O365ProPlusRetail\"&gt;&lt;Language ID=\"en-us\"/&gt;&lt;/Product&gt;"
                     "&lt;/Add&gt;&lt;/Configuration&gt;"));
}

CliTest::CliTest() {
  std::string name = (fs::temp_directory_path() / "cspctl-test.XXXXXX").string();
  if (::mkdtemp(name.data()) == nullptr) throw std::runtime_error("mkdtemp");
  folder_ = name;
  write("cli.xml", kDdf);
}

CliTest::~CliTest() {
  std::error_code error;
  fs::remove_all(folder_, error);
}

std::string CliTest::write(const std::string& name, const std::string& text) const {
  const fs::path file = folder_ / name;
  fs::create_directories(file.parent_path());
  std::ofstream(file, std::ios::binary) << text;
  return file.string();
}

std::string CliTest::read(const fs::path& file) {
  std::ostringstream text;
  text << std::ifstream(file, std::ios::binary).rdbuf();
  return text.str();
}

Command CliTest::command(std::vector<std::string> words) const {
  Command command;
  command.words = std::move(words);
  command.words.insert(command.words.begin(), CSPKIT_CSPCTL);
  command.environment["XDG_STATE_HOME"] = path("xdg");
  command.environment["HOME"] = path("home");
  return command;
}

Outcome CliTest::ctl(std::vector<std::string> words, const std::string& input) const {
  Command all = command(std::move(words));
  all.input = input;
  return run(all);
}

Command CliTest::device_command(std::vector<std::string> words) const {
  const std::vector<std::string> common = {"--state", path("device.db"), "--no-bundled", "--ddf",
                                           path("cli.xml")};
  words.insert(words.begin(), common.begin(), common.end());
  return command(std::move(words));
}

Outcome CliTest::device(std::vector<std::string> words, const std::string& input) const {
  Command all = device_command(std::move(words));
  all.input = input;
  return run(all);
}

Command CliTest::office_command(std::vector<std::string> words, int ms) const {
  const std::vector<std::string> common = {"--state", path("device.db")};
  words.insert(words.begin(), common.begin(), common.end());
  Command all = command(std::move(words));
  all.environment["CSPKIT_OFFICE_INSTALL_MS"] = std::to_string(ms);
  all.environment["CSPKIT_OFFICE_UNINSTALL_MS"] = std::to_string(ms);
  return all;
}

Outcome CliTest::office(std::vector<std::string> words, int ms) const {
  return run(office_command(std::move(words), ms));
}

std::vector<nlohmann::json> json_lines(const std::string& text) {
  std::vector<nlohmann::json> objects;
  std::istringstream lines(text);
  for (std::string line; std::getline(lines, line);) {
    objects.push_back(nlohmann::json::parse(line, nullptr, false));
  }
  return objects;
}

::testing::AssertionResult is_one_error_line(const std::string& text) {
  if (text.rfind("cspctl: ", 0) == 0 && std::count(text.begin(), text.end(), '\n') == 1 &&
      text.back() == '\n' && text.size() <= 1100) {
    return ::testing::AssertionSuccess();
  }
  return ::testing::AssertionFailure()
         << "not one line of error: \"" << text.substr(0, 2000) << '"';
}

}  // namespace cli
