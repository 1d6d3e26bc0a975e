#include <sys/stat.h>
#include <unistd.h>

#include <catch2/catch.hpp>
#include <sstream>
#include <string>
#include <vector>

#include "cassettes/matching/hash.h"
#include "cassettes/tape/interaction.h"
#include "cassettes/tape/line_writer.h"
#include "cassettes/tape/reader.h"
#include "cassettes/tape/writer.h"
#include "cassettes/tools/command.h"
#include "harness/seam/random.h"
#include "tests/cassettes/doubles.h"

using namespace dynadeck;
using namespace dynadeck::cassettes;
using namespace dynadeck::cassettes::testing;

namespace {

Interaction exchange(std::uint64_t sequence, std::string request, std::string response) {
  Interaction interaction;
  interaction.sequence = sequence;
  interaction.completed = sequence;
  interaction.arrived = sequence;
  interaction.operation = "GetItem";
  interaction.scope = {"000000000000", "us-east-1"};
  interaction.content_type = kUsualContentType;
  interaction.request = std::move(request);
  interaction.response = std::move(response);
  return interaction;
}

// Writes `count` exchanges; `finish` ends the tape properly.
void write_tape(const std::string& path, int count, std::size_t frame_bytes, bool finish = true) {
  WriterOptions options;
  options.frame_bytes = frame_bytes;
  options.short_bytes = 0;
  auto writer = TapeWriter::create(path, TapeHeader(), options);
  REQUIRE(writer);
  for (int i = 1; i <= count; ++i) {
    REQUIRE(writer->add(
        exchange(static_cast<std::uint64_t>(i), "{\"i\":" + std::to_string(i) + "}", "{}")));
  }
  const bool written = finish ? writer->finish().ok() : writer->flush().ok();
  REQUIRE(written);
}

std::vector<std::uint64_t> sequences(const TapeReader& tape) {
  std::vector<std::uint64_t> found;
  (void)tape.for_each_line([&](std::string_view line, std::size_t) {
    const auto interaction = parse_interaction(line);
    if (interaction) found.push_back(interaction->sequence);
    return true;
  });
  return found;
}

std::string all_lines(const TapeReader& tape) {
  std::string lines;
  (void)tape.for_each_line([&](std::string_view line, std::size_t) {
    lines.append(line).append("\n");
    return true;
  });
  return lines;
}

int command(std::vector<std::string> arguments, std::string* output = nullptr,
            std::string* errors = nullptr) {
  std::ostringstream out, err;
  const int status = run_cassette_command(arguments, {}, out, err);
  if (output != nullptr) *output = out.str();
  if (errors != nullptr) *errors = err.str();
  return status;
}

}  // namespace

TEST_CASE("an exchange comes back from its line as it was", "[cassettes]") {
  const auto body =
      GENERATE(as<std::string>{}, R"({"Key": {"id":{"S":"a"}}, "n": 1.50 })", "", "not json",
               "{\"a\":\n1}", " {}", "{}\n", std::string("\xff\x00\x01", 3),
               R"({"deep":[[[[1]]]]})", R"("\u00e9")", "\x01\x02\x03");
  Interaction before = exchange(7, body, body);
  before.arrived = 9;
  before.offset = std::chrono::microseconds(1'234'567);
  before.duration = std::chrono::microseconds(89);
  before.section = "a \"section\"";
  before.agent = "Boto3/1.28";
  before.attempt = 3;
  before.request_id = "ABC";
  before.status = 400;
  before.error_code = "ValidationException";
  before.headers.add("x-amz-thing", "1");
  before.faults.push_back({"rule", "error"});
  before.waited = std::chrono::nanoseconds(5);
  before.delivery.emplace();
  before.delivery->delay = std::chrono::milliseconds(2);
  before.delivery->trickle = Delivery::Trickle{16, std::chrono::milliseconds(1)};
  before.delivery->cut_after_bytes = 0;
  before.delivery->declared_content_length = 999;
  before.delivery->crc32 = 1;
  before.delivery->end = Delivery::End::kReset;

  std::string line;
  append_line(line, before);
  CHECK(std::count(line.begin(), line.end(), '\n') == 1);
  const auto after = parse_interaction(line);
  REQUIRE(after);
  CHECK(after->request == body);
  CHECK(after->response == body);
  std::string again;
  append_line(again, *after);
  CHECK(again == line);
  CHECK(after->arrived == 9);
  CHECK(after->section == before.section);
  CHECK(after->delivery->end == Delivery::End::kReset);
  CHECK(after->delivery->cut_after_bytes == 0u);
  CHECK(after->waited.count() == 5);
}

TEST_CASE("only headers that are worth it and safe are kept", "[cassettes]") {
  for (const char* kept : {"x-amzn-thing", "X-Amz-Other", "Retry-After"}) CHECK(keeps_header(kept));
  for (const char* dropped : {"Authorization", "x-amz-security-token", "Set-Cookie", "Cookie",
                              "Date", "x-amz-crc32", "Content-Length"}) {
    CHECK_FALSE(keeps_header(dropped));
  }
}

TEST_CASE("a tape holds what was written, in frames", "[cassettes]") {
  const Folder folder;
  const std::string path = folder.file("a.tape");
  write_tape(path, 100, 1000);
  const auto tape = TapeReader::open(path);
  REQUIRE(tape);
  CHECK(tape->complete());
  CHECK(tape->frames().size() > 10);
  CHECK(sequences(*tape).size() == 100);

  const auto index = tape->index();
  REQUIRE(index);
  CHECK(index->size() == 100);
  CHECK(index->last_sequence == 100);
  CHECK(index->frames[1].first_sequence == 1);
  CHECK(index->frames[1].exchanges > 0);

  SECTION("the stored index is the one that a scan makes") {
    const auto made = tape->build_index(MatchRules());
    REQUIRE(made);
    CHECK(made->hashes == index->hashes);
    CHECK(made->predecessors == index->predecessors);
  }
  SECTION("any zstd reads it") {
    const std::string copy = folder.file("copy");
    REQUIRE(system(("zstd -dcq " + path + " > " + copy).c_str()) == 0);
    const std::string text = read_file(copy);
    CHECK(text.starts_with(R"({"type":"header","format":"dynadeck-cassette","version":1,)"));
    CHECK(std::count(text.begin(), text.end(), '\n') == 101);
  }
}

TEST_CASE("a tape is private, and never written over or through a link", "[cassettes]") {
  const Folder folder;
  const std::string path = folder.file("a.tape");
  write_tape(path, 1, 1000);
  struct stat status {};
  REQUIRE(stat(path.c_str(), &status) == 0);
  CHECK((status.st_mode & 0777) == 0600);

  WriterOptions options;
  auto again = TapeWriter::create(path, TapeHeader(), options);
  REQUIRE_FALSE(again);
  CHECK(again.error().find("--overwrite") != std::string::npos);

  const std::string link = folder.file("link.tape");
  REQUIRE(symlink(path.c_str(), link.c_str()) == 0);
  options.overwrite = true;
  CHECK_FALSE(TapeWriter::create(link, TapeHeader(), options));

  const std::string other = folder.file("precious.txt");
  write_file(other, "precious");
  CHECK_FALSE(TapeWriter::create(other, TapeHeader(), options));
  CHECK(read_file(other) == "precious");

  auto held = TapeWriter::create(path, TapeHeader(), options);
  REQUIRE(held);
  auto second = TapeWriter::create(path, TapeHeader(), options);
  REQUIRE_FALSE(second);
  CHECK(second.error().find("another process") != std::string::npos);
}

TEST_CASE("a tape that was never finished keeps what was flushed", "[cassettes]") {
  const Folder folder;
  const std::string path = folder.file("a.tape");
  const auto frame_bytes = GENERATE(std::size_t{1000}, std::size_t{1} << 20);
  write_tape(path, 100, frame_bytes, false);
  auto tape = TapeReader::open(path);
  REQUIRE(tape);
  CHECK_FALSE(tape->complete());
  CHECK(tape->damage().empty());
  CHECK(sequences(*tape).size() == 100);
  CHECK(tape->index()->size() == 100);

  SECTION("cut anywhere it keeps a beginning") {
    const std::string bytes = read_file(path);
    std::size_t before = 0;
    for (std::size_t size = 0; size < bytes.size(); size += 7) {
      write_file(path, bytes.substr(0, size));
      const auto cut = TapeReader::open(path);
      if (!cut) {
        CHECK(before == 0);
        continue;
      }
      CHECK(cut->damage().empty());
      const auto found = sequences(*cut);
      CHECK(found.size() >= before);
      before = found.size();
    }
  }
  SECTION("it can be gone on with") {
    TapeHeader header;
    const bool indexed = GENERATE(false, true);
    WriterOptions options;
    if (indexed) options.short_bytes = 0;
    auto writer = TapeWriter::append_to(path, options, header);
    REQUIRE(writer);
    CHECK(writer->last_sequence() == 100);
    REQUIRE(writer->add(exchange(101, "{}", "{}")));
    REQUIRE(writer->finish());
    const auto whole = TapeReader::open(path);
    REQUIRE(whole);
    CHECK(whole->complete());
    CHECK(sequences(*whole).size() == 101);
    CHECK(whole->index()->size() == 101);
    CHECK(whole->stored_index_fits());
  }
}

TEST_CASE("a tape is its owner's, whatever the umask, and no link", "[cassettes]") {
  const Folder folder;
  const std::string path = folder.file("a.tape");
  const mode_t mask = GENERATE(0000, 0077, 0777);
  const mode_t before = umask(mask);
  write_tape(path, 1, 1000);
  umask(before);
  struct stat status {};
  REQUIRE(stat(path.c_str(), &status) == 0);
  CHECK((status.st_mode & 0777) == 0600);

  const std::string link = folder.file("link.tape");
  REQUIRE(symlink(path.c_str(), link.c_str()) == 0);
  for (const bool overwrite : {false, true}) {
    WriterOptions options;
    options.overwrite = overwrite;
    const auto refused = TapeWriter::create(link, TapeHeader(), options);
    REQUIRE_FALSE(refused);
    CHECK(refused.error().find("symbolic link") != std::string::npos);
  }
}

TEST_CASE("a short tape has no index, and is complete all the same", "[cassettes]") {
  const Folder folder;
  const std::string path = folder.file("a.tape");
  const int count = GENERATE(0, 1, 100);
  auto writer = TapeWriter::create(path, TapeHeader(), WriterOptions());
  REQUIRE(writer);
  for (int i = 1; i <= count; ++i) {
    REQUIRE(writer->add(exchange(static_cast<std::uint64_t>(i), "{}", "{}")));
  }
  REQUIRE(writer->finish());
  CHECK(read_file(path).find(kIndexName) == std::string::npos);
  const auto tape = TapeReader::open(path);
  REQUIRE(tape);
  CHECK(tape->complete());
  CHECK(tape->stored_index_fits());
  CHECK(tape->index()->size() == static_cast<std::size_t>(count));
  CHECK(command({"verify", path}) == 0);

  SECTION("what is longer than that has one") {
    write_tape(path + ".indexed", count, 1000);
    CHECK(read_file(path + ".indexed").find(kIndexName) != std::string::npos);
  }
}

TEST_CASE("a request id of the tape's own seed is a number", "[cassettes]") {
  const Folder folder;
  const std::string path = folder.file("a.tape");
  TapeHeader header;
  header.seed = GENERATE(std::uint64_t{0}, std::uint64_t{42}, ~std::uint64_t{0});
  {
    auto writer = TapeWriter::create(path, header, WriterOptions());
    REQUIRE(writer);
    Interaction own = exchange(1, "{}", "{}");
    own.issued_id = {header.seed, 17};
    own.request_id = request_id_of(header.seed, 16);
    REQUIRE(writer->add(own));
    Interaction foreign = exchange(2, "{}", "{}");
    foreign.issued_id = {header.seed + 1, 17};
    foreign.request_id = request_id_of(header.seed + 1, 16);
    REQUIRE(writer->add(foreign));
    REQUIRE(writer->finish());
  }
  const auto tape = TapeReader::open(path);
  REQUIRE(tape);
  const std::string lines = all_lines(*tape);
  CHECK(lines.find(R"("id":17,)") != std::string::npos);
  CHECK(lines.find(request_id_of(header.seed, 16)) == std::string::npos);
  std::vector<std::string> ids;
  REQUIRE(tape->for_each_line([&](std::string_view line, std::size_t) {
    ids.push_back(parse_interaction(line, tape->header().seed)->request_id);
    CHECK(parse_interaction(line).ok());
    return true;
  }));
  CHECK(ids == std::vector{request_id_of(header.seed, 16), request_id_of(header.seed + 1, 16)});

  SECTION("on a tape of another seed it is spelled out") {
    TapeHeader other;
    other.seed = 5;
    auto writer = TapeWriter::create(folder.file("b.tape"), other, WriterOptions());
    REQUIRE(writer);
    REQUIRE(tape->for_each_line([&](std::string_view line, std::size_t) {
      return writer->add(*parse_interaction(line, tape->header().seed)).ok();
    }));
    REQUIRE(writer->finish());
    const std::string copied = all_lines(*TapeReader::open(folder.file("b.tape")));
    for (const std::string& id : ids) CHECK(copied.find(id) != std::string::npos);
    CHECK(copied.find(R"("id":)") == std::string::npos);
  }
}

TEST_CASE("callers that take turns each have their own spelling", "[cassettes]") {
  LineWriter many;
  for (int turn = 0; turn < 200; ++turn) {
    Interaction next = exchange(static_cast<std::uint64_t>(turn) + 1, "{}", "{}");
    next.operation = turn % 3 == 0 ? "GetItem" : turn % 3 == 1 ? "PutItem" : "Query";
    next.agent = "agent-" + std::to_string(turn % 7);
    next.attempt = static_cast<std::uint64_t>(turn % 2) + 1;
    next.scope.account = "00000000000" + std::to_string(turn % 5);
    next.scope.region = turn % 11 == 0 ? "eu-west-1" : "us-east-1";
    std::string line;
    many.append(line, next.view());
    std::string alone;
    append_line(alone, next);
    REQUIRE(line == alone);
    CHECK(many.match_hash() == match_hash(next.operation, next.scope.account, next.scope.region,
                                          hash_body(next.request).hash));
  }
}

TEST_CASE("a request comes after the writes that were complete when it arrived", "[cassettes]") {
  IndexBuilder builder;
  const auto add = [&](std::uint64_t sequence, std::uint64_t arrived, const char* operation,
                       const char* section = "") {
    Interaction interaction =
        exchange(sequence, R"({"TableName":"t","Key":{"id":{"S":"a"}}})", "{}");
    interaction.operation = operation;
    interaction.arrived = arrived;
    interaction.section = section;
    RequestScan scan;
    scan_request(interaction.request, scan);
    builder.add(interaction.view(), 1, scan);
  };
  SECTION("also where an earlier one was still under way") {
    add(1, 1, "DeleteItem");
    add(3, 3, "DeleteItem");  // while 2 was under way
    add(2, 3, "DeleteItem");
    add(4, 4, "GetItem");
    CHECK(builder.finish({}).predecessors == std::vector<std::uint32_t>{0, 1, 2, 1});
  }
  SECTION("and many others have completed since") {
    add(1, 1, "DeleteItem");
    for (std::uint64_t write = 3; write < 40; ++write) add(write, write, "DeleteItem");
    add(2, 39, "GetItem");
    CHECK(builder.finish({}).predecessors[1] == 0);
  }
  SECTION("in its own section") {
    add(1, 1, "DeleteItem", "one");
    add(2, 2, "GetItem", "two");
    add(3, 3, "GetItem", "one");
    add(4, 4, "GetItem");
    CHECK(builder.finish({}).predecessors == std::vector<std::uint32_t>{0, 0, 2, 0});
  }
}

TEST_CASE("a finished tape can be gone on with", "[cassettes]") {
  const Folder folder;
  const std::string path = folder.file("a.tape");
  write_tape(path, 50, 500);
  TapeHeader header;
  {
    auto writer = TapeWriter::append_to(path, WriterOptions(), header);
    REQUIRE(writer);
    REQUIRE(writer->add(exchange(51, "{}", "{}")));
    REQUIRE(writer->finish());
  }
  const auto tape = TapeReader::open(path);
  REQUIRE(tape);
  CHECK(tape->stored_index_fits());
  CHECK(sequences(*tape).size() == 51);
}

TEST_CASE("a damaged tape is an error and never more", "[cassettes]") {
  const Folder folder;
  const std::string path = folder.file("a.tape");
  write_tape(path, 40, 500);
  const std::string bytes = read_file(path);
  const std::string lines = all_lines(*TapeReader::open(path));
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    std::string damaged = bytes;
    damaged[i] = static_cast<char>(damaged[i] ^ (1 << (i % 8)));
    write_file(path, damaged);
    const auto tape = TapeReader::open(path);
    if (!tape) continue;
    const auto index = tape->index();
    const auto found = sequences(*tape);
    CHECK(found.size() <= 40);
    // Whatever is wrong, verify says so; a few bits of zstd's headers mean nothing.
    INFO("byte " << i << " of " << bytes.size());
    if (command({"verify", path}) == 0) CHECK(all_lines(*tape) == lines);
  }
}

TEST_CASE("what is no tape is refused in one line", "[cassettes]") {
  const Folder folder;
  const std::string path = folder.file("x");
  const auto content = GENERATE(as<std::string>{}, "", "x", "hello, this is text",
                                std::string("\x28\xb5\x2f\xfd", 4), std::string(100, '\0'),
                                std::string("\x5e\x2a\x4d\x18\xff\xff\xff\xff", 8));
  write_file(path, content);
  std::string errors;
  CHECK(command({"show", path}, nullptr, &errors) == 2);
  CHECK(std::count(errors.begin(), errors.end(), '\n') == 1);
  CHECK(errors.find(path) != std::string::npos);
}

TEST_CASE("files that are none are refused in one line", "[cassettes]") {
  const Folder folder;
  CHECK(command({"show", folder.file("missing")}) == 2);
  CHECK(command({"show", "/dev/null"}) == 2);
  CHECK(command({"show", folder.file("")}) == 2);
  CHECK(command({"nonsense"}) == 2);
  CHECK(command({}) == 2);
  CHECK(command({"--help"}) == 0);
}

TEST_CASE("a zstd bomb is refused", "[cassettes]") {
  const Folder folder;
  const std::string path = folder.file("a.tape");
  write_tape(path, 1, 1000, false);
  const std::string bomb = folder.file("bomb");
  REQUIRE(system(("head -c 200000000 /dev/zero | zstd -q -o " + bomb).c_str()) == 0);
  write_file(path, read_file(path) + read_file(bomb));
  const auto tape = TapeReader::open(path);
  REQUIRE(tape);
  CHECK_FALSE(tape->damage().empty());
}

TEST_CASE("show prints what is asked for", "[cassettes]") {
  const Folder folder;
  const std::string path = folder.file("a.tape");
  write_tape(path, 3, 1000);
  std::string output;
  CHECK(command({"show", path}, &output) == 0);
  CHECK(output.find("GetItem 200") != std::string::npos);
  CHECK(command({"show", "--json", "--sequence", "2", path}, &output) == 0);
  CHECK(output.starts_with(R"({"type":"exchange","completed":2,)"));
  CHECK(std::count(output.begin(), output.end(), '\n') == 1);
  CHECK(command({"show", "--operation", "Put*", "--json", path}, &output) == 0);
  CHECK(output.empty());
  CHECK(command({"verify", path}, &output) == 0);
}

TEST_CASE("verify finds credentials", "[cassettes]") {
  const Folder folder;
  const std::string path = folder.file("a.tape");
  auto writer = TapeWriter::create(path, TapeHeader(), WriterOptions());
  REQUIRE(writer);
  REQUIRE(writer->add(exchange(1, R"({"Item":{"k":{"S":"AKIAIOSFODNN7EXAMPLE"}}})", "{}")));
  REQUIRE(writer->finish());
  std::string output;
  CHECK(command({"verify", path}, &output) == 1);
  CHECK(output.find("exchange 1 holds an AWS access key id") != std::string::npos);
  CHECK(output.find("IOSFODNN7") == std::string::npos);
}
