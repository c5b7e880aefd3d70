# The official schema's decoder (PyPI opentelemetry-proto, in build/venv by tools/setup).
if(NOT NANOSPAN_FUZZ AND NOT NANOSPAN_SANITIZE)
  add_executable(otlp_python_sample otlp_python_sample.cc)
  nanospan_internal_user(otlp_python_sample)
  target_include_directories(otlp_python_sample PRIVATE
    "${nanospan_SOURCE_DIR}/exporters" "${nanospan_SOURCE_DIR}/tests")
  # Looked up at each configuration: the environment may have come since the last one.
  set(python "${nanospan_SOURCE_DIR}/build/venv/bin/python3")
  if(NOT EXISTS "${python}")
    set(python python3)
  endif()
  add_test(NAME otlp_python
           COMMAND "${python}" "${CMAKE_CURRENT_SOURCE_DIR}/otlp_python_test.py"
                   $<TARGET_FILE:otlp_python_sample>)
  set_tests_properties(otlp_python PROPERTIES LABELS conformance SKIP_RETURN_CODE 77 TIMEOUT 60)
endif()
