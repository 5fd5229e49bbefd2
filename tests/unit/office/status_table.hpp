// SPDX-License-Identifier: Apache-2.0
// Every code that the Office CSP, its installer and their neighbours are known to report, and how
// our engines come to it: none may be without an answer.
#ifndef CSPKIT_TESTS_UNIT_OFFICE_STATUS_TABLE_HPP_
#define CSPKIT_TESTS_UNIT_OFFICE_STATUS_TABLE_HPP_

#include <cstdint>
#include <string>

namespace cspkit::test {

enum class Origin : std::uint8_t {
  kDevice,    ///< a device and a configuration that lead to it
  kProvider,  ///< the provider's own: 997, 60, 70
  kScreen,    ///< never a Status: shown and logged beside one
  kForeign    ///< no Status of this CSP; should a tool end with the number, it is passed on
};

struct StatusRow {
  std::string code;  ///< as people write it; "(any)": of the certificates
  Origin origin;
  std::string why;            ///< of kForeign: who reports it
  std::string device;         ///< members of a profile
  std::string configuration;  ///< empty: an install of the suite
};

inline const std::string kSuiteXml =
    "<Configuration><Add><Product ID=\"O365ProPlusRetail\"><Language ID=\"en-us\"/></Product></Add>"
    "</Configuration>";
inline const std::string kRemoveXml = "<Configuration><Remove All=\"TRUE\"/></Configuration>";

inline std::string suite_in(const std::string& product, const std::string& language) {
  return "<Configuration><Add><Product ID=\"" + product + "\"><Language ID=\"" + language +
         "\"/></Product></Add><Display Level=\"None\"/></Configuration>";
}

inline std::string with_fault(const std::string& kind, const std::string& more = {}) {
  return R"("faults": [{"kind": ")" + kind + "\"" + more + "}]";
}

inline std::string exits(const std::string& status, const std::string& screen) {
  return with_fault("tool-exit", R"(, "status": ")" + status + R"(", "screen": ")" + screen + "\"");
}

// A row for each documented cause where a code has several.
// NOLINTNEXTLINE(cert-err58-cpp): a throw ends the test program, as it should
inline const StatusRow kStatusRows[] = {
    {"0", Origin::kDevice, "", "", ""},
    {"13", Origin::kDevice, "", with_fault("tool-signature"), ""},
    {"(any)", Origin::kDevice, "", with_fault("tool-certificate", R"(, "status": "0x800B010C")"),
     ""},
    {"0x800B0101", Origin::kDevice, "",
     R"("clock": {"utc": "2031-01-01T00:00:00Z"},
        "cdn": {"tool-valid-to": "2030-01-01T00:00:00Z"})",
     ""},
    {"0x800B0109", Origin::kDevice, "", R"("network": {"proxy": "intercepts"})", ""},
    {"0x800B0100", Origin::kDevice, "",
     with_fault("tool-certificate", R"(, "status": "0x800B0100")"), ""},
    {"0x800B010F", Origin::kDevice, "",
     with_fault("tool-certificate", R"(, "status": "0x800B010F")"), ""},
    {"1460", Origin::kDevice, "", with_fault("tool-download"), ""},
    {"1460", Origin::kDevice, "", R"("network": {"present": false})", ""},
    {"1602", Origin::kDevice, "", with_fault("user-cancels"), ""},
    {"1603", Origin::kDevice, "", R"("installed": {"msi": [{"id": "ProPlus", "release": 2016}]})",
     ""},
    {"1603", Origin::kDevice, "",
     R"("installed": {"msi": [{"id": "ProPlus", "release": 2010, "edition": "32"}]})", ""},
    {"1603", Origin::kDevice, "", R"("os": {"architecture": "x86"})",
     "<Configuration><Add OfficeClientEdition=\"64\"><Product ID=\"O365ProPlusRetail\"><Language "
     "ID=\"en-us\"/></Product></Add></Configuration>"},
    {"17000", Origin::kDevice, "", with_fault("client-start"), ""},
    {"17001", Origin::kDevice, "", with_fault("queue"), ""},
    {"17002", Origin::kDevice, "", with_fault("user-cancels", R"(, "percent": 30)"), ""},
    {"17002", Origin::kDevice, "", with_fault("other-cancels"), ""},
    {"17002", Origin::kDevice, "", with_fault("disk-full"), ""},
    {"17002", Origin::kDevice, "", R"("disk-free-mb": 10)", ""},
    {"17002", Origin::kDevice, "", "", suite_in("O365ProPlusRetail", "xx-yy")},
    {"17002", Origin::kDevice, "", with_fault("power-loss", R"(, "then": "end")"), ""},
    {"17003", Origin::kDevice, "", with_fault("other-scenario"), ""},
    {"17004", Origin::kDevice, "", "", suite_in("O365Everything", "en-us")},
    {"17004", Origin::kDevice, "", "", suite_in("O365ProPlusRetail", "zh-sg")},
    {"17004", Origin::kDevice, "", "", suite_in("VisioProRetail", "en-gb")},
    {"17004", Origin::kDevice, "", R"("cdn": {"channels": []})", ""},
    {"17004", Origin::kDevice, "", with_fault("content-signature"), ""},
    {"17004", Origin::kDevice, "", with_fault("user-cancels", R"(, "percent": 80)"), ""},
    {"17005", Origin::kDevice, "", with_fault("planned-cancel"), ""},
    {"17006", Origin::kDevice, "",
     R"("running-apps": ["Excel"], "installed": {"click-to-run": {"version": "16.0.1.2",
        "edition": "64", "channel": "Current",
        "products": [{"id": "O365ProPlusRetail", "languages": ["en-us"]}]}})",
     suite_in("O365ProPlusRetail", "en-us")},
    {"17006", Origin::kDevice, "", with_fault("apps-block"), ""},
    {"17007", Origin::kDevice, "",
     R"("installed": {"click-to-run": {"version": "16.0.1.2", "edition": "64",
        "channel": "Current", "damaged": true,
        "products": [{"id": "O365ProPlusRetail", "languages": ["en-us"]}]}})",
     kRemoveXml},
    {"17007", Origin::kDevice, "", with_fault("clean-up"), ""},
    {"17100", Origin::kDevice, "", "", "<Configuration/>"},
    {"0x80004005", Origin::kDevice, "", "", suite_in("ProPlusVolume", "en-us")},
    {"0x8000FFFF", Origin::kDevice, "", "", kRemoveXml},

    {"997", Origin::kProvider, "", "", ""},
    {"60", Origin::kProvider, "", "", ""},
    {"70", Origin::kProvider, "", "", ""},

    {"30088-1008", Origin::kScreen, "", "", kRemoveXml},
    {"30125-1011 (404)", Origin::kScreen, "", "",
     "<Configuration><Remove><Product ID=\"O365ProPlusRetail\"/></Remove></Configuration>"},
    {"30182-1011", Origin::kScreen, "", with_fault("content-download"), ""},
    {"30029-1011", Origin::kScreen, "", "",
     "<Configuration><Add SourcePath=\"D:\\none\"><Product ID=\"O365ProPlusRetail\"><Language "
     "ID=\"en-us\"/></Product></Add></Configuration>"},
    {"0-2015 (2250)", Origin::kScreen, "", "",
     "<Configuration><Add SourcePath=\"\\\\none\\share\"><Product ID=\"O365ProPlusRetail\">"
     "<Language ID=\"en-us\"/></Product></Add></Configuration>"},
    {"30010-45", Origin::kScreen, "", R"("hidden-apps": ["Word"])", ""},
    {"0-2031 (17004)", Origin::kScreen, "", R"("hidden-apps": ["Word"])", ""},
    {"30088-26", Origin::kScreen, "",
     R"("hidden-apps": ["Word"], "installed": {"click-to-run": {"version": "16.0.1.2",
        "edition": "64", "channel": "Current",
        "products": [{"id": "O365ProPlusRetail", "languages": ["en-us"]}]}})",
     ""},
    {"30050-1039 (0)", Origin::kScreen, "",
     R"("cdn": {"tool-version": "16.0.12827.20268"},
        "installed": {"msi": [{"id": "ProPlus", "release": 2007}]})",
     "<Configuration><RemoveMSI/></Configuration>"},
    {"30016-4", Origin::kScreen, "",
     R"("temp": {"drive": "D:"}, "installed": {"click-to-run": {"version": "16.0.1.2",
        "edition": "64", "channel": "Current",
        "products": [{"id": "O365ProPlusRetail", "languages": ["en-us"]}]}})",
     kRemoveXml},
    {"(12)", Origin::kScreen, "", R"("com-plus": "blocked")", ""},
    {"30088-1007 (0)", Origin::kScreen, "", "", "<Configuration/>"},
    {"0-2048 (0)", Origin::kScreen, "", R"("temp": {"usable": false})", ""},
    // No page says what causes it: the one that a device alone does not come to.
    {"30182-2016 (448)", Origin::kScreen, "", exits("17002", "30182-2016 (448)"), ""},

    {"10", Origin::kForeign, "the scale of EnterpriseDesktopAppManagement", "", ""},
    {"20", Origin::kForeign, "the scale of EnterpriseDesktopAppManagement", "", ""},
    {"25", Origin::kForeign, "the scale of EnterpriseDesktopAppManagement", "", ""},
    {"30", Origin::kForeign, "the scale of EnterpriseDesktopAppManagement", "", ""},
    {"40", Origin::kForeign, "the scale of EnterpriseDesktopAppManagement", "", ""},
    {"48", Origin::kForeign, "the scale of EnterpriseDesktopAppManagement", "", ""},
    {"50", Origin::kForeign, "the scale of EnterpriseDesktopAppManagement", "", ""},
    {"55", Origin::kForeign, "the scale of EnterpriseDesktopAppManagement", "", ""},
    {"17021", Origin::kForeign, "patches of Office 2007", "", ""},
    {"17022", Origin::kForeign, "patches of Office 2007", "", ""},
    {"17023", Origin::kForeign, "patches of Office 2007", "", ""},
    {"17024", Origin::kForeign, "patches of Office 2007", "", ""},
    {"17025", Origin::kForeign, "patches of Office 2007", "", ""},
    {"17026", Origin::kForeign, "patches of Office 2007", "", ""},
    {"17027", Origin::kForeign, "patches of Office 2007", "", ""},
    {"17028", Origin::kForeign, "patches of Office 2007", "", ""},
    {"17029", Origin::kForeign, "patches of Office 2007", "", ""},
    {"17030", Origin::kForeign, "patches of Office 2007", "", ""},
    {"17031", Origin::kForeign, "patches of Office 2007", "", ""},
    {"17034", Origin::kForeign, "patches of Office 2007", "", ""},
    {"17301", Origin::kForeign, "patches of Office 2007", "", ""},
    {"17302", Origin::kForeign, "patches of Office 2007", "", ""},
    {"17303", Origin::kForeign, "patches of Office 2007", "", ""},
    {"30001", Origin::kForeign, "Office 2007 Setup", "", ""},
    {"30008", Origin::kForeign, "Office 2007 Setup", "", ""},
    {"30010", Origin::kForeign, "Office 2007 Setup", "", ""},
    {"30015", Origin::kForeign, "Office 2007 Setup", "", ""},
    {"30016", Origin::kForeign, "Office 2007 Setup", "", ""},
    {"30020", Origin::kForeign, "Office 2007 Setup", "", ""},
    {"30023", Origin::kForeign, "Office 2007 Setup", "", ""},
    {"30029", Origin::kForeign, "Office 2007 Setup", "", ""},
    {"30030", Origin::kForeign, "Office 2007 Setup", "", ""},
    {"30032", Origin::kForeign, "Office 2007 Setup", "", ""},
    {"30041", Origin::kForeign, "Office 2007 Setup", "", ""},
    {"0x80070005", Origin::kForeign, "logs of Click-to-Run", "", ""},
    {"0x80070020", Origin::kForeign, "logs of Click-to-Run", "", ""},
    {"0x80070643", Origin::kForeign, "logs of Click-to-Run", "", ""},
    {"0x80070BC9", Origin::kForeign, "logs of Click-to-Run", "", ""},
    {"0x800706BE", Origin::kForeign, "logs of Click-to-Run", "", ""},
    {"6", Origin::kForeign, "CCMSetup.exe", "", ""},
    {"7", Origin::kForeign, "CCMSetup.exe", "", ""},
    {"8", Origin::kForeign, "CCMSetup.exe", "", ""},
    {"9", Origin::kForeign, "CCMSetup.exe", "", ""},
};

}  // namespace cspkit::test

#endif  // CSPKIT_TESTS_UNIT_OFFICE_STATUS_TABLE_HPP_
