# dynadeck::strict: the warnings that all of our code is compiled with, and the instrumentation that
# a preset asks for.
add_library(dynadeck_strict INTERFACE)
add_library(dynadeck::strict ALIAS dynadeck_strict)

target_compile_options(dynadeck_strict INTERFACE
  -Wall -Wextra -Wpedantic -Wshadow -Wnon-virtual-dtor -Woverloaded-virtual -Wcast-align
  $<$<CXX_COMPILER_ID:Clang>:-Wthread-safety>
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

if(DYNADECK_COVERAGE)
  target_compile_options(dynadeck_strict INTERFACE --coverage)
  target_link_options(dynadeck_strict INTERFACE --coverage)
endif()

# dynadeck_precompile(TARGET): the standard headers that nearly every file includes, parsed once.
# Sources still include what they use. For clean builds: ccache cannot do much for files that use it.
option(DYNADECK_PRECOMPILE "Precompile the headers that most files include" OFF)
function(dynadeck_precompile target)
  if(DYNADECK_PRECOMPILE)
    target_precompile_headers(${target} PRIVATE
      <algorithm> <array> <atomic> <chrono> <functional> <map> <memory> <mutex> <optional> <span>
      <string> <string_view> <unordered_map> <variant> <vector> <nlohmann/json.hpp>)
  endif()
endfunction()
