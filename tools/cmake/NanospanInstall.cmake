# What `cmake --install` puts where, for find_package(nanospan [COMPONENTS core nanospan httplib
# sqlite]) and for pkg-config. Each piece of middleware is a component of the installation too.
include(GNUInstallDirs)
include(CMakePackageConfigHelpers)
set(config_dir "${CMAKE_INSTALL_LIBDIR}/cmake/nanospan")

install(DIRECTORY core/include/nanospan TYPE INCLUDE FILES_MATCHING PATTERN "*.h")
install(TARGETS nanospan_core EXPORT nanospan_core_targets)
install(EXPORT nanospan_core_targets NAMESPACE nanospan:: FILE nanospan_core_targets.cmake
        DESTINATION "${config_dir}")
if(TARGET nanospan)
  install(DIRECTORY exporters/include/nanospan TYPE INCLUDE FILES_MATCHING PATTERN "*.h")
  install(TARGETS nanospan EXPORT nanospan_nanospan_targets)
  install(EXPORT nanospan_nanospan_targets NAMESPACE nanospan::
          FILE nanospan_nanospan_targets.cmake DESTINATION "${config_dir}")
endif()
foreach(middleware httplib sqlite)
  if(TARGET nanospan_${middleware})
    install(DIRECTORY exporters/middleware/${middleware}/include/nanospan TYPE INCLUDE
            COMPONENT ${middleware} FILES_MATCHING PATTERN "*.h")
    install(TARGETS nanospan_${middleware} EXPORT nanospan_${middleware}_targets
            COMPONENT ${middleware})
    install(EXPORT nanospan_${middleware}_targets NAMESPACE nanospan::
            FILE nanospan_${middleware}_targets.cmake DESTINATION "${config_dir}"
            COMPONENT ${middleware})
  endif()
endforeach()
if(TARGET nanospan_cli)
  install(TARGETS nanospan_cli)
  install(TARGETS nanospan_cost_library LIBRARY DESTINATION "${CMAKE_INSTALL_LIBDIR}/nanospan")
endif()

configure_package_config_file(tools/cmake/nanospanConfig.cmake.in nanospanConfig.cmake
  INSTALL_DESTINATION "${config_dir}" NO_SET_AND_CHECK_MACRO)
write_basic_package_version_file(nanospanConfigVersion.cmake COMPATIBILITY SameMajorVersion)
install(FILES "${CMAKE_CURRENT_BINARY_DIR}/nanospanConfig.cmake"
              "${CMAKE_CURRENT_BINARY_DIR}/nanospanConfigVersion.cmake"
              tools/cmake/NanospanExportCore.cmake tools/cmake/nanospan.dynlist
              tools/cmake/Findhttplib.cmake
        DESTINATION "${config_dir}")

configure_file(tools/cmake/nanospan.pc.in nanospan.pc @ONLY)
install(FILES "${CMAKE_CURRENT_BINARY_DIR}/nanospan.pc"
        DESTINATION "${CMAKE_INSTALL_LIBDIR}/pkgconfig")
