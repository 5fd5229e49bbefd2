// SPDX-License-Identifier: Apache-2.0
#ifndef CSPKIT_OFFICE_PROCESS_OPENSSL_TYPES_HPP_
#define CSPKIT_OFFICE_PROCESS_OPENSSL_TYPES_HPP_

#include <openssl/bio.h>
#include <openssl/cms.h>
#include <openssl/evp.h>
#include <openssl/pkcs7.h>
#include <openssl/ts.h>
#include <openssl/x509.h>

#include <memory>

namespace cspkit::office::process {

template <auto kFree>
struct Free {
  template <typename T>
  void operator()(T* object) const {
    kFree(object);
  }
};

using Bio = std::unique_ptr<BIO, Free<&BIO_free_all>>;
using Pkcs7 = std::unique_ptr<PKCS7, Free<&PKCS7_free>>;
using Cms = std::unique_ptr<CMS_ContentInfo, Free<&CMS_ContentInfo_free>>;
using Store = std::unique_ptr<X509_STORE, Free<&X509_STORE_free>>;
using StoreContext = std::unique_ptr<X509_STORE_CTX, Free<&X509_STORE_CTX_free>>;
using Digest = std::unique_ptr<EVP_MD_CTX, Free<&EVP_MD_CTX_free>>;
using Object = std::unique_ptr<ASN1_OBJECT, Free<&ASN1_OBJECT_free>>;
using TimeStamp = std::unique_ptr<TS_TST_INFO, Free<&TS_TST_INFO_free>>;

/// A stack whose elements belong to someone else.
struct FreeStack {
  void operator()(STACK_OF(X509) * stack) const { sk_X509_free(stack); }
};
using BorrowedCertificates = std::unique_ptr<STACK_OF(X509), FreeStack>;
/// A stack with its elements.
struct FreeStackAll {
  void operator()(STACK_OF(X509) * stack) const { sk_X509_pop_free(stack, X509_free); }
};
using Certificates = std::unique_ptr<STACK_OF(X509), FreeStackAll>;

}  // namespace cspkit::office::process

#endif  // CSPKIT_OFFICE_PROCESS_OPENSSL_TYPES_HPP_
