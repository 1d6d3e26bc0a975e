# dynadeck::strict: the warnings that all of our code is compiled with, and the instrumentation that
# a preset asks for.
add_library(dynadeck_strict INTERFACE)
add_library(dynadeck::strict ALIAS dynadeck_strict)

target_compile_options(dynadeck_strict INTERFACE
  -Wall -Wextra -Wpedantic -Wshadow -Wnon-virtual-dtor -Woverloaded-virtual -Wcast-align
  $<$<CXX_COMPILER_ID:Clang>:-Wthread-safety>
  # Says of each file that is compiled together with others that it might be a header.
  $<$<CXX_COMPILER_ID:GNU>:-Wno-subobject-linkage>
  $<$<BOOL:${DYNADECK_DEVELOPER}>:-Werror>)
target_include_directories(dynadeck_strict INTERFACE ${PROJECT_SOURCE_DIR})

if(DYNADECK_SANITIZE)
  # GCC 12 sees what is not there in <regex> as soon as it is instrumented.
  target_compile_options(dynadeck_strict INTERFACE
    $<$<CXX_COMPILER_ID:GNU>:-Wno-maybe-uninitialized>)
  target_compile_options(dynadeck_strict INTERFACE
    -fsanitize=${DYNADECK_SANITIZE} -fno-omit-frame-pointer -fno-sanitize-recover=all)
  target_link_options(dynadeck_strict INTERFACE -fsanitize=${DYNADECK_SANITIZE})
endif()

# A fuzzer learns from the branches that an input takes: in the libraries too, not in it alone.
if(DYNADECK_FUZZERS)
  target_compile_options(dynadeck_strict INTERFACE -fsanitize=fuzzer-no-link)
endif()

if(DYNADECK_COVERAGE)
  target_compile_options(dynadeck_strict INTERFACE --coverage)
  target_link_options(dynadeck_strict INTERFACE --coverage)
endif()
