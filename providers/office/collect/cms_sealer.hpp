// SPDX-License-Identifier: Apache-2.0
#ifndef CSPKIT_OFFICE_COLLECT_CMS_SEALER_HPP_
#define CSPKIT_OFFICE_COLLECT_CMS_SEALER_HPP_

#include <string>

#include "collector.hpp"

namespace cspkit::office::collect {

/// CMS EnvelopedData (RFC 5652) in DER, AES-256, for the holder of a certificate's key alone.
/// `openssl cms -decrypt -inform DER -in X -inkey KEY` opens it.
class CmsSealer final : public Sealer {
 public:
  /// `certificate` is a PEM file; whether it is a usable one, seal() says.
  explicit CmsSealer(std::string certificate) : certificate_(std::move(certificate)) {}
  std::string_view suffix() const override { return ".cms"; }
  bool seal(std::string& archive, std::string& error) const override;

 private:
  std::string certificate_;
};

}  // namespace cspkit::office::collect

#endif  // CSPKIT_OFFICE_COLLECT_CMS_SEALER_HPP_
