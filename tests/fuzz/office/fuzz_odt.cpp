// SPDX-License-Identifier: Apache-2.0
// Configurations of the Office Deployment Tool: any bytes give a report; what could be read is
// written, read again and found equal; product keys are in no message.
#include <cspkit/odt/app_suite.hpp>
#include <cspkit/odt/assignments.hpp>
#include <cspkit/odt/check.hpp>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

namespace {

namespace odt = cspkit::odt;

void require(bool holds) {
  if (!holds) std::abort();
}

void judge(const odt::Report& report) {
  for (const odt::Finding& finding : report.findings) {
    require(odt::find_rule(finding.code) != nullptr);
    require(finding.position.line > 0 && finding.position.column > 0);
    require(!finding.message.empty() && finding.message.size() < 2000);
    require(odt::shown(finding.message, 2000) == finding.message);
  }
  require(report.well_formed || report.verdict() == odt::Verdict::kReject);
  require(report.configuration.summary().size() < 2000);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const odt::Report report = odt::check(text);
  judge(report);
  odt::CheckOptions strict;
  strict.profile = odt::Profile::kStrict;
  strict.mode = odt::Mode::kDownload;
  strict.target.installed_edition = "32";
  judge(odt::check(text, strict));
  if (!(report.configuration == odt::Configuration())) {
    const std::string written = odt::serialise(report.configuration);
    const odt::Report again = odt::check(written);
    require(again.configuration == report.configuration);
    require(odt::serialise(again.configuration) == written);
    const std::string crlf = odt::serialise(report.configuration, {true});
    require(odt::check(crlf).configuration == report.configuration);
    static_cast<void>(odt::merge(report.configuration, again.configuration));
  }
  odt::AppSuite suite;
  std::string error;
  if (odt::read_app_suite(text, suite, error)) {
    const odt::Built built = odt::build(suite);
    require(built.ok() == !built.xml.empty());
  }
  return 0;
}
