# The official schema's decoder (PyPI opentelemetry-proto, in build/venv by tools/setup).
if(NOT NANOSPAN_FUZZ)
  add_executable(otlp_python_sample otlp_python_sample.cc)
  nanospan_internal_user(otlp_python_sample)
  target_include_directories(otlp_python_sample PRIVATE
    "${nanospan_SOURCE_DIR}/exporters" "${nanospan_SOURCE_DIR}/tests")
  find_program(NANOSPAN_PYTHON NAMES python3
               HINTS "${nanospan_SOURCE_DIR}/build/venv/bin" NO_DEFAULT_PATH)
  if(NOT NANOSPAN_PYTHON)
    find_program(NANOSPAN_PYTHON NAMES python3 REQUIRED)
  endif()
  add_test(NAME otlp_python
           COMMAND "${NANOSPAN_PYTHON}" "${CMAKE_CURRENT_SOURCE_DIR}/otlp_python_test.py"
                   $<TARGET_FILE:otlp_python_sample>)
  set_tests_properties(otlp_python PROPERTIES LABELS conformance SKIP_RETURN_CODE 77 TIMEOUT 60)
endif()
