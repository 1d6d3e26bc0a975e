# What each suite builds and runs, and the table of them at the end. Sourced by ./test.

default_suites=(unit tidy conformance clients upstream streams crash differential package
  tsan asan fuzz)
further_suites=(coverage bench)

# What has threads; the engine's own tests have few, and take the longest to compile.
threaded=(harness_tests upstream_tests kinesis_tests faults_tests cassettes_tests)

# tests_of PRESET OPTION...: the CTest tests that the options choose. Many wait for clients and
# servers, so more run at a time than there are cores; properties in the CMakeLists.txt of the tests
# say which take more room than others, or want the machine for themselves.
tests_of() {
  ctest --test-dir "$root/build/$1" --output-on-failure --no-tests=error \
    -j $((2 * $(nproc))) "${@:2}"
}

# What a suite needs, and nothing else.
build_for() {
  case $1 in
    unit | package) build release ;;
    tidy | conformance | clients | upstream | streams | crash | differential)
      build release dynadeck
      ;;
    tsan) build tsan dynadeck "${threaded[@]}" ;;
    asan) build asan unit_tests ;;
    fuzz) build asan fuzzers ;;
    coverage) build coverage unit_tests ;;
  esac
}

run_tests_of() {
  case $1 in
    tsan)
      TSAN_OPTIONS="suppressions=$root/tests/tsan.supp halt_on_error=1" \
        tests_of tsan -R "^($(IFS='|'; echo "${threaded[*]}")|cassettes_crash|concurrency)\$"
      ;;
    asan | coverage) tests_of "$1" -L '^unit$' ;;
    fuzz) tests_of asan -L '^fuzz$' ;;
    bench) "$root/tests/bench/run" ;;
    *) tests_of release -L "^$1\$" ;;
  esac
}

rows=()
passed=0
failed=0

# run_suite SUITE: a row of the table. A suite that fails does not keep the others from running.
run_suite() {
  local began=$SECONDS built result=passed
  echo "== $1" >&2
  build_for "$1" || result='FAILED to build'
  built=$SECONDS
  [[ $result != passed ]] || run_tests_of "$1" || result=FAILED
  if [[ $result == passed ]]; then ((++passed)); else ((++failed)); fi
  rows+=("$(printf '%-12s %13d %12d   %s' "$1" $((built - began)) $((SECONDS - built)) "$result")")
}

# Whether all passed.
report() {
  printf '\n%-12s %13s %12s   %s\n' suite 'build seconds' 'test seconds' result
  printf '%s\n' "${rows[@]}" '' "$passed passed, $failed failed"
  ((failed == 0))
}
