// SPDX-License-Identifier: Apache-2.0
// The second question: does the signer's certificate lead to a root we trust?
#ifndef CSPKIT_OFFICE_PROCESS_CHAIN_HPP_
#define CSPKIT_OFFICE_PROCESS_CHAIN_HPP_

#include <cstdint>
#include <string>

#include "openssl_types.hpp"
#include "signature.hpp"

namespace cspkit::office::process {

/// What a certificate must be for.
enum class Usage : std::uint8_t { kCodeSigning, kTimeStamping };

/// Checks the chain at policy.now. `others` are certificates that may help. Policy.signer counts
/// for code signing only.
Verdict check_chain(X509* signer, STACK_OF(X509) * others, const TrustPolicy& policy, Usage usage);

/// A digest nobody can forge: SHA-256 and its larger sisters.
bool is_strong(const EVP_MD* digest);
/// Whether everybody who signed it did so with such a digest.
bool has_strong_digests(CMS_ContentInfo* cms);

}  // namespace cspkit::office::process

#endif  // CSPKIT_OFFICE_PROCESS_CHAIN_HPP_
