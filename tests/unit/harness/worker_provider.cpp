// SPDX-License-Identifier: Apache-2.0
// A provider that takes its time: Exec on Start with a number begins a job of so many seconds,
// which ends with that number in Done and counts its attempts in Attempts.
#include <chrono>
#include <cspkit/provider.hpp>
#include <string>
#include <string_view>

namespace {

constexpr std::string_view kDdf = R"(<?xml version="1.0"?>
<MgmtTree xmlns:MSFT="http://schemas.microsoft.com/MobileDevice/DM"><VerDTD>1.2</VerDTD>
<Node><NodeName>Worker</NodeName><Path>./Device/Vendor/Test</Path>
  <DFProperties><AccessType><Get/></AccessType><DFFormat><node/></DFFormat>
    <Occurrence><One/></Occurrence><DFType><DDFName/></DFType></DFProperties>
  <Node><NodeName>Start</NodeName>
    <DFProperties><AccessType><Exec/></AccessType><DFFormat><int/></DFFormat>
      <Occurrence><One/></Occurrence><DFType><MIME/></DFType></DFProperties></Node>
  <Node><NodeName>Done</NodeName>
    <DFProperties><AccessType><Get/></AccessType><DFFormat><int/></DFFormat>
      <Occurrence><One/></Occurrence><DFType><MIME/></DFType></DFProperties></Node>
  <Node><NodeName>Attempts</NodeName>
    <DFProperties><AccessType><Get/></AccessType><DFFormat><int/></DFFormat>
      <Occurrence><One/></Occurrence><DFType><MIME/></DFType></DFProperties></Node>
</Node></MgmtTree>)";

class Worker : public cspkit::Provider {
 public:
  explicit Worker(cspkit::Host host) : Provider(host), host_(host) {
    on("Start").exec([](cspkit::Call& call, const cspkit::Value& seconds) {
      call.job_start("work", seconds.data);
    });
  }

  void job_run(std::string_view id, std::string_view payload, std::uint32_t attempt) override {
    const int seconds = std::stoi(std::string(payload));
    host_.run_after(std::chrono::seconds(seconds), [this, job = std::string(id), seconds, attempt] {
      cspkit::Batch batch = host_.open_batch();
      batch.set("Done", cspkit::Value::integer(seconds));
      batch.set("Attempts", cspkit::Value::integer(attempt));
      batch.job_end(job);
      static_cast<void>(std::move(batch).submit());
    });
  }

 private:
  cspkit::Host host_;
};

}  // namespace

CSPKIT_PLUGIN(Worker, "Worker.xml", "worker", kDdf)
