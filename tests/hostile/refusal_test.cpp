// SPDX-License-Identifier: Apache-2.0
// Animals that must not get in: one clear line, nothing of them stays, the device goes on.
#include <gtest/gtest.h>

#include <ostream>
#include <string>

#include "zoo.hpp"

namespace cspkit::test {
namespace {

struct Refused {
  const char* animal;
  const char* fragment;  ///< what the line must say
};
void PrintTo(const Refused& refused, std::ostream* out) { *out << refused.animal; }

class Refusal : public ZooTest, public testing::WithParamInterface<Refused> {};

TEST_P(Refusal, IsOneClearLineAndLeavesNothing) {
  const Refused& expected = GetParam();
  EXPECT_TRUE(
      is_refusal(load(expected.animal), std::string(expected.animal) + ".so", expected.fragment))
      << log_.all();
  EXPECT_FALSE(is_mapped(folder() / (std::string(expected.animal) + ".so")));
  EXPECT_TRUE(engine().providers().empty());
  EXPECT_EQ(device().get("./Device/Vendor/Zoo").error().code(), Code::kNotFound)
      << "its tree must go with it";
  // The device is as it was: the same names and roots are free for a provider that behaves.
  const Status good = load("good");
  EXPECT_TRUE(good.ok()) << good.text();
  const auto text = device().get("./Device/Vendor/Zoo/Text");
  ASSERT_TRUE(text) << text.error().text();
  EXPECT_EQ(text->data, "5");
}

INSTANTIATE_TEST_SUITE_P(
    Animals, Refusal,
    testing::Values(
        Refused{"no_symbol", "cspkit_plugin_v1"}, Refused{"wrong_major", "2.0"},
        Refused{"size_small", "4 bytes"}, Refused{"size_without_create", "create"},
        Refused{"create_missing", "create"}, Refused{"create_fails", "create failed"},
        Refused{"create_nothing", "no object"}, Refused{"create_throws", "cannot find the device"},
        Refused{"table_small", "8 bytes"}, Refused{"no_destroy", "destroy"},
        Refused{"start_fails", "did not start"}, Refused{"start_throws", "cannot open the device"},
        Refused{"start_pending", "did not start"}, Refused{"count_zero", "no provider"},
        Refused{"infos_null", "no provider"}, Refused{"bad_name", "[a-z0-9_-]"},
        Refused{"no_name", "[a-z0-9_-]"}, Refused{"same_name", "already"},
        Refused{"same_root", "./Device/Vendor/Zoo"}, Refused{"second_fails", "zoo2"},
        Refused{"transaction_small", "apply_undo"}, Refused{"ddf_missing", "NotThere.xml"},
        Refused{"ddf_none", "DDF"}, Refused{"ddf_elsewhere", "DDF"},
        Refused{"ddf_no_xml", "embedded"}, Refused{"ddf_other_xml", "embedded"},
        Refused{"ddf_empty", "no tree"}, Refused{"pattern_unknown", "Text/More"},
        Refused{"pattern_static_for_dynamic", "{Text}"}, Refused{"pattern_null", "its pattern"},
        Refused{"pattern_absurd", "its pattern"}, Refused{"function_missing", "Item/{Name}"},
        Refused{"verb_unknown", "verb"}, Refused{"verb_none", "handles nothing"},
        Refused{"verb_twice", "Item/{Other}"}, Refused{"own_dynamic", "static"},
        Refused{"handlers_null", "3 handlers"}, Refused{"handlers_many", "at most 65535"},
        Refused{"count_absurd", "at most 256"}, Refused{"name_absurd", "impossible size"},
        Refused{"one_object", "the object of provider zoo again"},
        Refused{"symbol_is_function", "no data object"},
        Refused{"symbol_too_small", "claims 64 bytes and has 8"},
        Refused{"needs_missing", "libzoo_absent.so"},
        Refused{"undefined_symbol", "cspkit_zoo_that_is_nowhere"}),
    [](const auto& test) { return std::string(test.param.animal); });

}  // namespace
}  // namespace cspkit::test
