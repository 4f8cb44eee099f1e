# Installs projectors/ from its build folder BUILD, then builds and runs the consumer in SOURCE against that
# installation; everything is made under WORK. CONFIGURE_OPTIONS: for the consumer's compiler.
file(REMOVE_RECURSE ${WORK})
set(steps
  "${CMAKE_COMMAND} --install ${BUILD} --prefix ${WORK}/prefix"
  "${CMAKE_COMMAND} -S ${SOURCE} -B ${WORK}/build ${CONFIGURE_OPTIONS} -DCMAKE_PREFIX_PATH=${WORK}/prefix"
  "${CMAKE_COMMAND} --build ${WORK}/build"
  "${WORK}/build/consumer")
foreach(step IN LISTS steps)
  separate_arguments(command UNIX_COMMAND "${step}")
  execute_process(COMMAND ${command} COMMAND_ERROR_IS_FATAL ANY)
endforeach()

# The installation is the C interface alone: two headers, the library, the CMake package.
file(GLOB headers RELATIVE ${WORK}/prefix/include ${WORK}/prefix/include/*)
if(NOT headers STREQUAL "parallelproj.h;parallelproj_version.h")
  message(FATAL_ERROR "installed headers: ${headers}")
endif()
# And no other symbol can be seen.
file(GLOB_RECURSE library ${WORK}/prefix/libparallelproj.so)
if(library AND NM)
  execute_process(COMMAND ${NM} --dynamic --defined-only --demangle --format=posix ${library} OUTPUT_VARIABLE symbols
    COMMAND_ERROR_IS_FATAL ANY)
  set(interface "(joseph3d(_tof_sino|_tof_lm)?_(fwd|back)|parallelproj_[a-z_]+)\\([^\n]*\n")
  string(REGEX REPLACE "${interface}" "" others "${symbols}")
  if(NOT symbols MATCHES "joseph3d_fwd" OR NOT others STREQUAL "")
    message(FATAL_ERROR "visible symbols beside the interface:\n${others}")
  endif()
endif()
