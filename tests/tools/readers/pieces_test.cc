// How streams fall into pieces: lines, documents, messages with and without framing, and damage.
#include <gtest/gtest.h>

#include "readers/json_pieces.h"
#include "readers/protobuf_pieces.h"

namespace nanospan::tools::readers {
namespace {

constexpr std::size_t kPlenty = std::size_t{1} << 20;

// Each as "line:text", damage as "line!reason", elements of lists with R (resource) or J (Jaeger).
std::vector<std::string> json_pieces(std::string_view text, std::size_t piece_bytes_max = kPlenty) {
  auto stream = ByteStream::of_text(text);
  JsonPieces pieces(stream, piece_bytes_max);
  std::vector<std::string> found;
  for (JsonPiece piece; pieces.next(piece);) {
    const char* const kind = piece.kind == JsonPiece::Kind::kDocument        ? ""
                             : piece.kind == JsonPiece::Kind::kResourceSpans ? "R"
                                                                             : "J";
    found.push_back(std::to_string(piece.line) + (piece.damage.empty()
                                                      ? kind + (":" + std::string(piece.text))
                                                      : "!" + piece.damage));
  }
  return found;
}
using Found = std::vector<std::string>;

TEST(JsonPieces, AreLines) {
  EXPECT_EQ(json_pieces("{\"a\":1}\n\n  {\"b\":2} \r\nbroken\n{\"c\":3}"),
            (Found{"1:{\"a\":1}", "3:{\"b\":2} \r", "4:broken", "5:{\"c\":3}"}));
  EXPECT_EQ(json_pieces("\xef\xbb\xbf{\"a\":1}\n"), Found{"1:{\"a\":1}"});
  EXPECT_EQ(json_pieces(" \n\t\n"), Found{});
}

TEST(JsonPieces, AreDocumentsOverManyLines) {
  EXPECT_EQ(json_pieces("{\n \"a\": [1,\n 2]\n}\n{\"b\":\"}\\\"\"}\n[\n1]"),
            (Found{"1:{\n \"a\": [1,\n 2]\n}", "5:{\"b\":\"}\\\"\"}", "6:[\n1]"}));
  EXPECT_EQ(json_pieces("{\"data\": [\n{\"x\":\n[\"]}\"]}]}"),
            Found{"1:{\"data\": [\n{\"x\":\n[\"]}\"]}]}"});
}

TEST(JsonPieces, TakeDocumentsApartThatAreTooLarge) {
  const std::string filler(100, 'x');
  const std::string text = "{\"total\": \"" + filler +
                           "\",\n \"data\": [\n{\"a\": \"]\"},\n {\"b\":\"" + filler + filler +
                           "\"},\n{\"c\":[]}],\n\"other\":[[1],{}]\n}\n{\"next\":1}\n";
  EXPECT_EQ(json_pieces(text, 128),
            (Found{"3J:{\"a\": \"]\"}", "4!a part of it is larger than --memory-max allows for one",
                   "5J:{\"c\":[]}", "8:{\"next\":1}"}));
  EXPECT_EQ(json_pieces("{\"result\":{\"resource_spans\":[{\"n\":1},\n{\"n\":2}],\"s\":\"" +
                            filler + "\"},\n\"x\":1}\n7\n",
                        64),
            (Found{"1R:{\"n\":1}", "2R:{\"n\":2}", "4:7"}));
  EXPECT_EQ(json_pieces("[{\"n\":1},\n{\"n\":2},\n\"" + filler + "\",{\"n\":3}]", 64),
            (Found{"1:{\"n\":1}", "2:{\"n\":2}",
                   "3!a part of it is larger than --memory-max allows for one", "3:{\"n\":3}"}));
}

TEST(JsonPieces, SaveWhatStandsBeforeACut) {
  EXPECT_EQ(json_pieces("{\"resourceSpans\":[{\"n\":1},{\"n\":2},{\"n\":"),
            (Found{"1R:{\"n\":1}", "1R:{\"n\":2}", "1!it ends in the middle of a document"}));
  EXPECT_EQ(json_pieces("{\n\"data\":[\n{\"n\":1},\n{\"n\""),
            (Found{"3J:{\"n\":1}", "4!it ends in the middle of a document"}));
  for (const char* const cut :
       {"{", "{\n", "{\"a\n", "{\n\"a\"\n", "{\n\"a\":\n", "[\n", "{\n\"a\":{\n", "{]\n,"})
    EXPECT_NE(json_pieces(cut).size(), 0u) << cut;
}

TEST(JsonPieces, GoOnBehindALineWithoutEnd) {
  const std::string long_line(300, 'x');
  EXPECT_EQ(json_pieces(long_line + "\n{\"n\":1}\n", 64),
            (Found{"1!it is not JSON", "2:{\"n\":1}"}));
}

TEST(JsonBalance, FindsTheEndWhereverTheBytesAreCut) {
  const std::string value = "{\"a\\\"}\": [\"]\", {\"b\": null}, 12]}";
  for (std::size_t cut = 0; cut <= value.size(); ++cut) {
    JsonBalance balance;
    const auto first = balance.feed(value.substr(0, cut));
    if (cut == value.size()) {
      EXPECT_EQ(first, value.size());
      continue;
    }
    ASSERT_EQ(first, std::nullopt) << cut;
    EXPECT_EQ(balance.feed(value.substr(cut) + ",{"), value.size() - cut) << cut;
  }
}

// A ResourceSpans of an empty ScopeSpans, as a field of TracesData.
const std::string kMessage("\x0a\x02\x12\x00", 4);

struct Message {
  std::string bytes;
  std::uint64_t offset;
  bool operator==(const Message&) const = default;
};

std::vector<Message> messages(std::string_view bytes, std::size_t piece_bytes_max = kPlenty) {
  auto stream = ByteStream::of_text(bytes);
  ProtobufPieces pieces(stream, piece_bytes_max);
  std::vector<Message> found;
  for (ProtobufPiece piece; pieces.next(piece);)
    found.push_back({piece.damage.empty() ? std::string(piece.bytes) : piece.damage, piece.offset});
  return found;
}

TEST(ProtobufPieces, AreFramedByVarints) {
  EXPECT_EQ(messages("\x04" + kMessage + "\x08" + kMessage + kMessage),
            (std::vector<Message>{{kMessage, 0}, {kMessage + kMessage, 5}}));
}

TEST(ProtobufPieces, AreFramedByFourBytes) {
  const std::string head("\0\0\0\x04", 4);
  EXPECT_EQ(messages(head + kMessage + head + kMessage),
            (std::vector<Message>{{kMessage, 0}, {kMessage, 8}}));
}

TEST(ProtobufPieces, AreOneMessageWithoutFraming) {
  EXPECT_EQ(messages(kMessage + kMessage), (std::vector<Message>{{kMessage, 0}, {kMessage, 4}}));
}

TEST(ProtobufPieces, TellAMessageOfTenBytesFromOneWithoutFraming) {
  // Both begin with a line feed: as length, as tag.
  const std::string framed("\x0a\x0a\x08\x12\x06\x12\x04\x0a\x02zz", 11);
  EXPECT_EQ(framing_of(framed), Framing::kVarint);
  const std::string alone("\x0a\x0a\x0a\x08\x0a\x06\x0a\x04keys", 12);
  EXPECT_EQ(framing_of(alone), Framing::kNone);
}

TEST(ProtobufPieces, EndWhereALengthLies) {
  for (const std::string& tail :
       {std::string("\x7f\x0a"), std::string("\xff\xff\xff\xff\x7f"), std::string("\xff"),
        std::string("\xff\xff\xff\xff\x07") + kMessage}) {
    const auto found = messages("\x04" + kMessage + tail);
    ASSERT_EQ(found.size(), 2u);
    EXPECT_EQ(found[0].bytes, kMessage);
    EXPECT_EQ(found[1].offset, 5u);
    EXPECT_NE(found[1].bytes.find("nothing behind it can be read"), std::string::npos);
  }
}

}  // namespace
}  // namespace nanospan::tools::readers
