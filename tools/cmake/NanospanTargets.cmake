# The functions by which each folder states its targets.

# nanospan_room(<room> SOURCES a.cc... [HOT b.cc...] [DEPENDS room...] [LINK lib...])
#               [RTTI c.cc...]
# One folder under core/src: an object library whose objects become part of nanospan::core.
# DEPENDS names the rooms that it uses; the layer test holds its includes against it.
# HOT sources are optimised for speed, all others for size: what runs once a start, a thread or a
# batch is most of the text that an application takes on. g++'s ipa-sra would give each object
# copies of its own of std::string's functions. Nothing here asks an object for its type, so type
# information is left to RTTI, those of the others that define a public class's key function, and to
# sanitizers, which want it of all.
function(nanospan_room room)
  cmake_parse_arguments(PARSE_ARGV 1 arg "" "" "SOURCES;HOT;RTTI;DEPENDS;LINK")
  if(arg_UNPARSED_ARGUMENTS)
    message(FATAL_ERROR "nanospan_room(${room}): unknown arguments ${arg_UNPARSED_ARGUMENTS}")
  endif()
  set(target nanospan_room_${room})
  if(NOT arg_SOURCES AND NOT arg_HOT)
    return()  # headers only
  endif()
  add_library(${target} OBJECT ${arg_SOURCES} ${arg_HOT})
  if(arg_SOURCES)
    set_property(SOURCE ${arg_SOURCES} APPEND PROPERTY
      COMPILE_OPTIONS $<$<CONFIG:Release,RelWithDebInfo>:$<IF:$<CXX_COMPILER_ID:GNU>,-Oz,-Os>>
                      $<$<CXX_COMPILER_ID:GNU>:-fno-ipa-sra>)
  endif()
  if(NOT NANOSPAN_SANITIZE)
    target_compile_options(${target} PRIVATE -fno-rtti)
    set_property(SOURCE ${arg_RTTI} APPEND PROPERTY COMPILE_OPTIONS -frtti)
  endif()
  target_include_directories(${target} PRIVATE "${nanospan_SOURCE_DIR}/core/src"
                                               "${nanospan_SOURCE_DIR}/core/include")
  target_link_libraries(${target} PRIVATE Threads::Threads ${arg_LINK})
  set_property(GLOBAL APPEND PROPERTY NANOSPAN_ROOM_TARGETS ${target})
  set_property(GLOBAL APPEND PROPERTY NANOSPAN_ROOM_LINK ${arg_LINK})
endfunction()

# nanospan_test(<name> SOURCES x_test.cc... [LIBS lib...] [LABELS l...] [TIMEOUT s] [SERIAL])
# A GoogleTest executable; each of its cases is one CTest test with the label `unit` unless told.
# SERIAL: no other test runs beside it. Regions that a test does not place go to <build>/regions.
function(nanospan_test name)
  cmake_parse_arguments(PARSE_ARGV 1 arg "SERIAL" "TIMEOUT" "SOURCES;LIBS;LABELS")
  if(arg_UNPARSED_ARGUMENTS)
    message(FATAL_ERROR "nanospan_test(${name}): unknown arguments ${arg_UNPARSED_ARGUMENTS}")
  endif()
  if(NOT arg_LABELS)
    set(arg_LABELS unit)
  endif()
  # A sanitizer tells nothing new of the others.
  if(NANOSPAN_SANITIZE AND NOT arg_LABELS MATCHES "unit|stress")
    return()
  endif()
  if(NOT arg_TIMEOUT)
    set(arg_TIMEOUT 120)
  endif()
  add_executable(${name} ${arg_SOURCES})
  nanospan_internal_user(${name})
  target_link_libraries(${name} PRIVATE ${arg_LIBS} GTest::gtest_main GTest::gmock)
  set(properties TIMEOUT ${arg_TIMEOUT})
  if(arg_SERIAL)
    list(APPEND properties RUN_SERIAL TRUE)
  endif()
  gtest_discover_tests(${name} DISCOVERY_MODE PRE_TEST DISCOVERY_TIMEOUT 60
                       TEST_PREFIX "${name}." TEST_LIST ${name}_cases PROPERTIES ${properties})
  # gtest_discover_tests flattens a list of labels, so CTest sets them after the discovery.
  set(labels_file "${CMAKE_CURRENT_BINARY_DIR}/${name}_labels.cmake")
  file(CONFIGURE OUTPUT "${labels_file}" @ONLY CONTENT [=[
foreach(case IN LISTS @name@_cases)
  set_tests_properties("${case}" PROPERTIES
    LABELS "@arg_LABELS@" ENVIRONMENT "NANOSPAN_DIR=@PROJECT_BINARY_DIR@/regions")
endforeach()
]=])
  set_property(DIRECTORY APPEND PROPERTY TEST_INCLUDE_FILES "${labels_file}")
endfunction()

# nanospan_fuzz(<name> SOURCES x_fuzz.cc... [LIBS lib...] [CORPUS dir])
# SOURCES define LLVMFuzzerTestOneInput. In the fuzz build a libFuzzer executable and a test with
# the label `fuzz` (NANOSPAN_FUZZ_SECONDS, 20 unless set); else a test that replays the corpus.
function(nanospan_fuzz name)
  cmake_parse_arguments(PARSE_ARGV 1 arg "" "CORPUS" "SOURCES;LIBS")
  set(corpus "")
  if(arg_CORPUS)
    cmake_path(ABSOLUTE_PATH arg_CORPUS BASE_DIRECTORY "${CMAKE_CURRENT_SOURCE_DIR}"
               OUTPUT_VARIABLE corpus)
  endif()
  add_executable(${name} ${arg_SOURCES})
  nanospan_internal_user(${name})
  target_link_libraries(${name} PRIVATE ${arg_LIBS})
  if(NANOSPAN_FUZZ)
    target_link_options(${name} PRIVATE -fsanitize=fuzzer)
    add_test(NAME ${name}
      COMMAND "${nanospan_SOURCE_DIR}/tools/cmake/run_fuzz" $<TARGET_FILE:${name}>
              "${CMAKE_CURRENT_BINARY_DIR}/${name}.found" ${corpus})
    set_tests_properties(${name} PROPERTIES LABELS fuzz TIMEOUT 7200)
  else()
    target_sources(${name} PRIVATE "${nanospan_SOURCE_DIR}/tools/cmake/replay_corpus.cc")
    add_test(NAME ${name}.corpus COMMAND ${name} ${corpus})
    set_tests_properties(${name}.corpus PROPERTIES LABELS unit TIMEOUT 120)
  endif()
endfunction()

# An executable of ours that sees the private headers: tests, benchmarks, tools.
function(nanospan_internal_user target)
  target_include_directories(${target} PRIVATE "${nanospan_SOURCE_DIR}/core/src")
  if(TARGET nanospan::nanospan)
    target_link_libraries(${target} PRIVATE nanospan::nanospan)
  endif()
  target_link_libraries(${target} PRIVATE nanospan::core)
endfunction()
