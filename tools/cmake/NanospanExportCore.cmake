# nanospan_export_core(<executable>)
# For an executable that links the static core and loads instrumented plugins: puts the whole core
# in it and exports its symbols, so that the plugins record into this core and into no other.
function(nanospan_export_core executable)
  set(dynamic_list "${CMAKE_CURRENT_FUNCTION_LIST_DIR}/nanospan.dynlist")
  get_target_property(core nanospan::core ALIASED_TARGET)
  if(NOT core)
    set(core nanospan::core)  # an imported target has no alias
  endif()
  get_target_property(type ${core} TYPE)
  if(NOT type STREQUAL "STATIC_LIBRARY")
    target_link_libraries(${executable} PRIVATE nanospan::core)
    return()  # a shared core is one core for everybody
  endif()
  # Named twice, a whole archive would be linked twice.
  get_target_property(linked ${executable} LINK_LIBRARIES)
  if(NOT "nanospan::core" IN_LIST linked)
    target_link_libraries(${executable} PRIVATE nanospan::core)
  endif()
  set_property(TARGET ${executable} APPEND PROPERTY
    LINK_LIBRARY_OVERRIDE "WHOLE_ARCHIVE,nanospan::core" "WHOLE_ARCHIVE,${core}")
  target_link_options(${executable} PRIVATE "LINKER:--dynamic-list=${dynamic_list}")
  set_property(TARGET ${executable} APPEND PROPERTY LINK_DEPENDS "${dynamic_list}")
endfunction()
