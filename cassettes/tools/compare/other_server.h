// A server that is asked what a tape has: it gets the time that it needs.
#pragma once

#include <chrono>
#include <cstddef>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include "cassettes/tools/servers.h"
#include "cassettes/tools/tool.h"
#include "harness/seam/result.h"
#include "harness/seam/service.h"

namespace dynadeck::cassettes {

// One thread. Errors are one sentence: there is no answer.
class OtherServer {
 public:
  using Pause = std::function<void(std::chrono::milliseconds)>;

  // patience: for each table and each page of stream records; zero: it is not waited for them.
  OtherServer(std::unique_ptr<RemoteDatabase> database, Pause pause, std::chrono::seconds patience)
      : database_(std::move(database)), pause_(std::move(pause)), patience_(patience) {}

  Outcome<Answer, std::string> ask(const Scope& scope, const std::string& operation,
                                   const std::string& body);

  // What became of a table that was waited for.
  enum class Waited : std::uint8_t { kSettled, kTooLong, kNotTold };
  // Until the table of a CreateTable, UpdateTable or DeleteTable that was done is ACTIVE with all
  // of its indexes, or gone.
  Outcome<Waited, std::string> await_table(const Scope& scope, std::string_view operation,
                                           std::string_view request);

  // The rest of a page that has fewer stream records than so many: a change can be read a moment
  // after it was made. The answer has all records, and the last page's iterator.
  Outcome<Answer, std::string> await_records(const Scope& scope, const std::string& request,
                                             Answer first, std::size_t count);

 private:
  // Calls step until it says that it is done or has failed, with growing pauses between; false
  // where that took too long.
  template <typename Step>
  bool repeat(Step step);

  std::unique_ptr<RemoteDatabase> database_;
  Pause pause_;
  std::chrono::seconds patience_;
};

// How many records a GetRecords answer has.
std::size_t count_records(const Answer& answer);

}  // namespace dynadeck::cassettes
