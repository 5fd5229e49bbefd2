// SPDX-License-Identifier: Apache-2.0
// A provider over the wrapper of today that uses whatever the host may lack, and says what it was
// told.
#include <cspkit/provider.hpp>
#include <string>
#include <string_view>

namespace {

constexpr std::string_view kDdf = R"(<MgmtTree><VerDTD>1.2</VerDTD>
<Node><NodeName>Wrapped</NodeName><Path>./Device/Vendor/Example</Path>
  <DFProperties><AccessType><Get/></AccessType><DFFormat><node/></DFFormat>
    <Occurrence><One/></Occurrence><DFType><DDFName/></DFType></DFProperties>
  <Node><NodeName>Jobs</NodeName><DFProperties><AccessType><Exec/></AccessType>
    <DFFormat><null/></DFFormat><Occurrence><One/></Occurrence><DFType><DDFName/></DFType>
    </DFProperties></Node>
  <Node><NodeName>Alerts</NodeName><DFProperties><AccessType><Exec/></AccessType>
    <DFFormat><null/></DFFormat><Occurrence><One/></Occurrence><DFType><DDFName/></DFType>
    </DFProperties></Node>
  <Node><NodeName>Closing</NodeName><DFProperties><AccessType><Get/></AccessType>
    <DFFormat><bool/></DFFormat><Occurrence><One/></Occurrence><DFType><DDFName/></DFType>
    </DFProperties></Node>
</Node></MgmtTree>)";

class Wrapped : public cspkit::Provider {
 public:
  explicit Wrapped(cspkit::Host host) : Provider(host) {
    on("Jobs").exec([](cspkit::Call& call) { call.job_start("work", "payload"); });
    on("Alerts").exec([](cspkit::Call& call) {
      cspkit::Alert alert;
      alert.type = "com.example.wrapped";
      call.queue_alert(alert);
    });
    on("Closing").get([this](cspkit::Call&) { return this->host().is_closing(); });
  }
  void job_run(std::string_view id, std::string_view, std::uint32_t) override {
    cspkit::Batch batch = host().open_batch();
    batch.job_end(id);
    static_cast<void>(std::move(batch).submit());
  }
};

}  // namespace

CSPKIT_PLUGIN(Wrapped, "Wrapped.xml", "wrapped", kDdf)
