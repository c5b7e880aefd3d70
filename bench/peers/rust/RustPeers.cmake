# The peers in Rust, built by cargo when CMake configures: a cargo that can't fetch or compile them
# is then no error but a reason, which the runner gives. Sets nanospan_rust_lacks, "" when they are
# built. Compiled from a copy, so that cargo writes nothing into this tree.
option(NANOSPAN_PEERS_IN_RUST "Measure fastrace and tracing: cargo fetches and builds them" OFF)

set(rust_folder "${CMAKE_CURRENT_BINARY_DIR}/rust")
file(GLOB_RECURSE rust_sources CONFIGURE_DEPENDS "${CMAKE_CURRENT_LIST_DIR}/*.rs"
  "${CMAKE_CURRENT_LIST_DIR}/*.toml")
set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${rust_sources})

if(NANOSPAN_PEERS_IN_RUST)
  find_program(NANOSPAN_CARGO cargo)
  mark_as_advanced(NANOSPAN_CARGO)
endif()

set(nanospan_rust_lacks "")
if(NOT NANOSPAN_PEERS_IN_RUST)
  set(nanospan_rust_lacks "-DNANOSPAN_PEERS_IN_RUST=ON")
elseif(NOT NANOSPAN_CARGO)
  set(nanospan_rust_lacks "cargo")
else()
  message(STATUS "Building the peers in Rust (log: ${rust_folder}/cargo.log)")
  file(COPY ${CMAKE_CURRENT_LIST_DIR}/Cargo.toml ${CMAKE_CURRENT_LIST_DIR}/fastrace
    ${CMAKE_CURRENT_LIST_DIR}/tracing DESTINATION "${rust_folder}")
  execute_process(
    COMMAND "${NANOSPAN_CARGO}" build --release --target-dir "${rust_folder}/target"
    WORKING_DIRECTORY "${rust_folder}" RESULT_VARIABLE failed TIMEOUT 900
    OUTPUT_FILE "${rust_folder}/cargo.log" ERROR_FILE "${rust_folder}/cargo.log")
  if(failed)
    set(nanospan_rust_lacks "crates that cargo could not fetch or build (cargo.log says why)")
  endif()
endif()
