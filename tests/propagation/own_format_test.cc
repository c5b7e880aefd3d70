// The propagator that core/src/propagation/README.md writes, word for word.
#include <gtest/gtest.h>

#include <fstream>
#include <iterator>
#include <map>
#include <string>

// [own format]
#include <array>

#include "nanospan/propagator.h"

// A tenant's name in a header of its own: `x-tenant`.
constexpr nanospan::ContextKey<std::string> kTenant("tenant");

class TenantPropagator final : public nanospan::Propagator {
 public:
  std::span<const std::string_view> fields() const noexcept override { return kFields; }

  void inject(const nanospan::Context& context, nanospan::CarrierWriter carrier) const override {
    if (const std::string* tenant = context.get(kTenant)) carrier.set(kFields[0], *tenant);
  }

  nanospan::Context extract(nanospan::CarrierReader carrier,
                            const nanospan::Context& context) const override {
    std::string tenant;
    carrier.with_first_value(kFields[0], [&](std::string_view untrusted) {
      if (untrusted.size() <= 64) tenant = untrusted;  // a limit on everything that comes in
    });
    return tenant.empty() ? context : context.with(kTenant, tenant);
  }

 private:
  static constexpr std::array<std::string_view, 1> kFields = {"x-tenant"};
};
// [own format]

namespace nanospan {
namespace {

using Headers = std::map<std::string, std::string>;

std::string text_of(const char* file) {
  std::ifstream in(file);
  return {std::istreambuf_iterator<char>(in), {}};
}

TEST(OwnFormat, IsTheGuidesWordForWord) {
  const std::string source = text_of(OWN_FORMAT), mark = "// [own format]\n";
  const std::size_t begin = source.find(mark) + mark.size();
  const std::string code = source.substr(begin, source.find(mark, begin) - begin);
  EXPECT_NE(text_of(GUIDE).find("```cpp\n" + code + "```"), std::string::npos);
}

TEST(OwnFormat, TravelsBesideTheOthers) {
  const PropagatorPtr both =
      composite_propagator({trace_context_propagator(), std::make_shared<TenantPropagator>()});
  Headers headers;
  both->inject(Context(SpanContext{{1, 2}, {3}, {1}, false}).with(kTenant, std::string("acme")),
               headers);
  EXPECT_EQ(headers.at("x-tenant"), "acme");
  const Context context = both->extract(headers, Context::root());
  EXPECT_TRUE(context.has_span());
  ASSERT_NE(context.get(kTenant), nullptr);
  EXPECT_EQ(*context.get(kTenant), "acme");
  headers["x-tenant"] = std::string(65, 'x');
  EXPECT_EQ(both->extract(headers, Context::root()).get(kTenant), nullptr);
}

}  // namespace
}  // namespace nanospan
