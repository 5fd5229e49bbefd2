// SPDX-License-Identifier: Apache-2.0
// Device and User scope: who may reach what, and that users are kept apart.
#include "test_tree.hpp"

namespace cspkit::testing {
namespace {

class ScopeTest : public TreeTest {
 protected:
  Session as(const std::string& user, bool authority = false) {
    return engine_->open_session(Principal::for_user(user, authority));
  }
};

TEST_F(ScopeTest, TheDeviceHasNoUserNodes) {
  EXPECT_EQ(text_of(session_->get("./User/Vendor/Test/T/Fixed")), "status 405");
  EXPECT_EQ(syncml_status(session_->replace("./user/Vendor/Test/T/Fixed", Value::chr("x"))), 405);
  // Scope is judged before the schema.
  EXPECT_EQ(text_of(session_->get("./User/Nothing")), "status 405");
}

TEST_F(ScopeTest, UsersNeverSeeEachOther) {
  Session ann = as("ann");
  Session bob = as("bob");
  EXPECT_TRUE(ann.replace("./User/Vendor/Test/T/Fixed", Value::chr("ann's")).ok());
  EXPECT_TRUE(ann.add("./User/Vendor/Test/T/Profiles/Mine").ok());
  EXPECT_EQ(text_of(bob.get("./User/Vendor/Test/T/Fixed")), "factory");
  EXPECT_EQ(text_of(bob.get("./User/Vendor/Test/T/Profiles")), "");
  EXPECT_EQ(text_of(ann.get("./User/Vendor/Test/T/Profiles")), "Mine");
  EXPECT_EQ(get("Profiles"), "");
}

TEST_F(ScopeTest, AUserReadsTheDeviceAndChangesItOnlyWithAuthority) {
  Session ann = as("ann");
  EXPECT_EQ(text_of(ann.get(uri("Fixed"))), "factory");
  EXPECT_EQ(syncml_status(ann.replace(uri("Fixed"), Value::chr("x"))), 425);
  EXPECT_EQ(syncml_status(ann.exec("./Device/Vendor/Test/T/Run")), 425);
  Session boss = as("ann", true);
  EXPECT_EQ(syncml_status(boss.replace(uri("Fixed"), Value::chr("x"))), 200);
  EXPECT_EQ(get("Fixed"), "x");
}

TEST_F(ScopeTest, DeviceAndNoPrefixAreOne) {
  EXPECT_TRUE(session_->replace("./Device/Vendor/Test/T/Fixed", Value::chr("d")).ok());
  EXPECT_EQ(get("Fixed"), "d");
  EXPECT_EQ(text_of(session_->get("Vendor/Test/T/Fixed")), "d");
}

}  // namespace
}  // namespace cspkit::testing
