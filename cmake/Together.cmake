# dynadeck_compile_together(TARGET [MOST]): sources of one folder are compiled as one, MOST at a time.
#
# Nearly all of a file's time goes into headers and into templates (JSON trees above all) that its
# neighbours need as well. A folder's files share one look at them; a touched file takes its
# neighbours with it, which is why they are few. docs/building.md has the figures. What stands in
# anonymous namespaces of one folder has distinct names. With DYNADECK_TOGETHER=OFF (preset `dev`)
# each file is compiled alone, and shows which include it lacks.
option(DYNADECK_TOGETHER "Compile the files of a folder together" ON)

function(dynadeck_compile_together target)
  if(NOT DYNADECK_TOGETHER)
    return()
  endif()
  set(most 8)
  if(ARGC GREATER 1)
    set(most ${ARGV1})
  endif()
  get_target_property(sources ${target} SOURCES)
  foreach(source IN LISTS sources)
    cmake_path(GET source PARENT_PATH folder)
    string(MAKE_C_IDENTIFIER "top/${folder}" folder)
    list(APPEND folders ${folder})
    list(APPEND in_${folder} ${source})
  endforeach()
  list(REMOVE_DUPLICATES folders)
  foreach(folder IN LISTS folders)
    # Groups of one size rather than full ones and a rest.
    list(LENGTH in_${folder} count)
    math(EXPR groups "(${count} + ${most} - 1) / ${most}")
    set(position 0)
    foreach(source IN LISTS in_${folder})
      math(EXPR group "${position} * ${groups} / ${count}")
      set_source_files_properties(${source} PROPERTIES UNITY_GROUP ${folder}_${group})
      math(EXPR position "${position} + 1")
    endforeach()
  endforeach()
  set_target_properties(${target} PROPERTIES UNITY_BUILD ON UNITY_BUILD_MODE GROUP)
endfunction()

# dynadeck_every_request(TARGET): what every request passes through is optimised further than the rest
# (-O2), and whole: GCC bounds by how much inlining may let a translation unit grow, and stops in the
# middle of one that is made of several files. A PutItem took 8 % more instructions then.
function(dynadeck_every_request target)
  target_compile_options(${target} PRIVATE
    $<$<CONFIG:Release>:-O3>
    $<$<AND:$<CONFIG:Release>,$<CXX_COMPILER_ID:GNU>>:--param=inline-unit-growth=300>)
endfunction()
