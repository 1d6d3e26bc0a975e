// The options of the serving commands, told to CLI11.
#pragma once

#include <CLI/App.hpp>
#include <optional>
#include <string>
#include <vector>

#include "harness/config.h"

namespace dynadeck {

// Options that need a second look after CLI11 has read them.
struct RawOptions {
  std::string durability = "wal";
  std::string clock;
  std::string status_delay;
  std::string stream_roll_age;
  std::string ttl_sweep_interval;
  bool delay_transient_statuses = false;
  std::string drain_timeout;
  std::string faults_poll_interval;
  std::string sign = "auto";
  std::string upstream_connect_timeout;
  std::string upstream_response_timeout;
  std::string upstream_timeout;
  std::vector<std::string> credentials;
};

// Each adds the options of one command; what is read goes into serve and raw, which outlive app.
void add_serve_options(CLI::App& app, ServeOptions& serve, RawOptions& raw);
void add_record_command_options(CLI::App& app, ServeOptions& serve, RawOptions& raw);
void add_replay_command_options(CLI::App& app, ServeOptions& serve, RawOptions& raw);

// Carries over what needed a second look.
std::optional<UsageError> finish(ServeOptions& serve, const RawOptions& raw);

}  // namespace dynadeck
