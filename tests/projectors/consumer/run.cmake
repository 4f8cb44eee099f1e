# Installs projectors/ from its build folder BUILD, then builds and runs the consumers in SOURCE against
# that installation; everything is made under WORK. CONFIGURE_OPTIONS: for the consumers' compiler.
file(REMOVE_RECURSE ${WORK})
set(steps
  "${CMAKE_COMMAND} --install ${BUILD} --prefix ${WORK}/prefix"
  "${CMAKE_COMMAND} -S ${SOURCE} -B ${WORK}/build ${CONFIGURE_OPTIONS} -DCMAKE_PREFIX_PATH=${WORK}/prefix -DPREFIX=${WORK}/prefix"
  "${CMAKE_COMMAND} --build ${WORK}/build"
  "${WORK}/build/consumer"
  "${WORK}/build/consumer_in_c"
  "${WORK}/build/consumer_of_symbols")
foreach(step IN LISTS steps)
  separate_arguments(command UNIX_COMMAND "${step}")
  execute_process(COMMAND ${command} COMMAND_ERROR_IS_FATAL ANY)
endforeach()

# The installation is the C interface alone: its headers, the library, the CMake package.
file(GLOB headers RELATIVE ${WORK}/prefix/include ${WORK}/prefix/include/*)
if(NOT headers STREQUAL "parallelproj.h;parallelproj_export.h;parallelproj_version.h")
  message(FATAL_ERROR "installed headers: ${headers}")
endif()
# And no other symbol can be seen than its eleven functions.
file(GLOB_RECURSE library ${WORK}/prefix/libparallelproj.so)
if(library AND NM)
  execute_process(COMMAND ${NM} --dynamic --defined-only --format=posix ${library} OUTPUT_VARIABLE symbols
    COMMAND_ERROR_IS_FATAL ANY)
  string(REGEX REPLACE " [^\n]*\n" ";" symbols "${symbols}")
  list(REMOVE_ITEM symbols "")
  list(SORT symbols)
  set(interface joseph3d_back joseph3d_fwd joseph3d_tof_lm_back joseph3d_tof_lm_fwd joseph3d_tof_sino_back
    joseph3d_tof_sino_fwd parallelproj_cuda_enabled parallelproj_version parallelproj_version_major
    parallelproj_version_minor parallelproj_version_patch)
  if(NOT symbols STREQUAL interface)
    message(FATAL_ERROR "visible symbols are not those of the interface: ${symbols}")
  endif()
endif()
