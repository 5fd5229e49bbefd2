// SPDX-License-Identifier: Apache-2.0
#ifndef CSPKIT_OFFICE_PROCESS_PROCESS_SETTINGS_HPP_
#define CSPKIT_OFFICE_PROCESS_PROCESS_SETTINGS_HPP_

#include <chrono>
#include <cstdint>
#include <string>

namespace cspkit::office {

/// How the real Deployment Tool is fetched, checked and run. README.md lists the settings.
struct ProcessSettings {
  std::string work_folder;  ///< required: one for each device, nobody else's business
  std::string url = "https://officecdn.microsoft.com/pr/wsus/setup.exe";
  std::string ca_file;  ///< of the server; empty: the system's
  std::string proxy;    ///< empty: none
  int tries = 5;        ///< of the download
  std::chrono::milliseconds retry_delay{1000};
  std::chrono::seconds download_time{1800};
  std::chrono::seconds stall_time{60};
  std::uint64_t download_bytes = 64U << 20;

  bool detached = false;      ///< a CMS signature of its own instead of Authenticode
  std::string signature_url;  ///< empty: the url with ".p7s" behind it
  std::string trust_roots;    ///< required: PEM
  std::string signer = "Microsoft Corporation";

  std::string supervisor;  ///< empty: cspkit-office-supervisor beside the library
  std::string launcher;    ///< runs the tool, as wine does; empty: the tool runs by itself
  std::chrono::seconds run_time{7200};
  std::uint64_t output_bytes = 1U << 20;
  std::string content_folder;                            ///< whose growth tells the progress
  std::uint64_t content_bytes = std::uint64_t{3} << 30;  ///< what it comes to at the end
  bool keep_failed = true;
};

}  // namespace cspkit::office

#endif  // CSPKIT_OFFICE_PROCESS_PROCESS_SETTINGS_HPP_
