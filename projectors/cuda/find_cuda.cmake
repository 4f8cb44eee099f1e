# Looks for a CUDA compiler. Included by the outermost CMakeLists.txt, as CMake wants it for a language. With CUDA or
# without, the program runs on machines that have neither GPU nor driver.
set(COINCIDE_CUDA AUTO CACHE STRING "Build the GPU kernels: AUTO (if a CUDA compiler is found), ON, OFF")
set(COINCIDE_CUDA_ARCHITECTURES "" CACHE STRING
  "GPU architectures, as CMAKE_CUDA_ARCHITECTURES, the oldest first; each: code for each kind of card since 2018; \
empty: for the cards of this machine, or for two kinds, from which drivers make that of others at first use")

set(COINCIDE_HAS_CUDA OFF)
if(COINCIDE_CUDA STREQUAL "ON")
  set(COINCIDE_HAS_CUDA ON)
elseif(COINCIDE_CUDA STREQUAL "AUTO")
  include(CheckLanguage)
  check_language(CUDA)
  if(CMAKE_CUDA_COMPILER)
    set(COINCIDE_HAS_CUDA ON)
  endif()
endif()

if(NOT COINCIDE_HAS_CUDA)
  message(STATUS "CUDA: no compiler found, or not wanted: this build computes on the CPU only")
  return()
endif()

if(COINCIDE_CUDA_ARCHITECTURES AND NOT COINCIDE_CUDA_ARCHITECTURES STREQUAL "each")
  set(CMAKE_CUDA_ARCHITECTURES ${COINCIDE_CUDA_ARCHITECTURES})
endif()
enable_language(CUDA)
if(CMAKE_CUDA_COMPILER_VERSION VERSION_LESS 12.1)
  message(FATAL_ERROR "CUDA ${CMAKE_CUDA_COMPILER_VERSION} is too old: 12.1 is needed. Update it, or set COINCIDE_CUDA=OFF.")
endif()
if(NOT DEFINED CMAKE_CUDA20_STANDARD_COMPILE_OPTION)  # Debian 12's CMake 3.25.1 does not know it
  set(CMAKE_CUDA20_STANDARD_COMPILE_OPTION -std=c++20)
  set(CMAKE_CUDA20_EXTENSION_COMPILE_OPTION -std=c++20)
endif()
if(NOT COINCIDE_CUDA_ARCHITECTURES)  # every further one makes the build half a minute longer
  if(EXISTS /proc/driver/nvidia/version)
    set(CMAKE_CUDA_ARCHITECTURES native)
  else()
    set(CMAKE_CUDA_ARCHITECTURES 75 90)
  endif()
elseif(COINCIDE_CUDA_ARCHITECTURES STREQUAL "each")  # and PTX of the newest for those to come
  if(CMAKE_CUDA_COMPILER_VERSION VERSION_LESS 12.8)
    set(CMAKE_CUDA_ARCHITECTURES 75-real 80-real 86-real 89-real 90)
  else()
    set(CMAKE_CUDA_ARCHITECTURES 75-real 80-real 86-real 89-real 90 100-real 120)
  endif()
endif()
find_package(CUDAToolkit REQUIRED)
message(STATUS "CUDA: ${CMAKE_CUDA_COMPILER_VERSION}, GPU kernels for ${CMAKE_CUDA_ARCHITECTURES}")

# A folder's kernels as objects of their own: `target` gets them, and links the CUDA runtime, statically.
function(coincide_cuda_sources target)
  add_library(${target}_cuda OBJECT ${ARGN})
  set_target_properties(${target}_cuda PROPERTIES
    CXX_STANDARD 20 CXX_STANDARD_REQUIRED ON CUDA_STANDARD 20 CUDA_STANDARD_REQUIRED ON CUDA_EXTENSIONS OFF CUDA_VISIBILITY_PRESET hidden
    POSITION_INDEPENDENT_CODE ON CUDA_RUNTIME_LIBRARY Static)
  string(REGEX MATCH "[0-9]+" oldest "${CMAKE_CUDA_ARCHITECTURES}")
  if(NOT oldest)  # native, all
    set(oldest 75)
  endif()
  target_compile_definitions(${target}_cuda PRIVATE COINCIDE_BACKEND=cuda COINCIDE_OLDEST_GPU=${oldest})
  target_include_directories(${target}_cuda PRIVATE $<TARGET_PROPERTY:${target},INCLUDE_DIRECTORIES>)
  # No fast-math: NaN and the plane ranges must keep their meaning.
  target_compile_options(${target}_cuda PRIVATE
    $<$<COMPILE_LANGUAGE:CUDA>:-Xcompiler=-Wall,-Wextra,-Wno-unknown-pragmas,-fopenmp>)
  target_link_libraries(${target}_cuda PRIVATE CUDA::cudart_static OpenMP::OpenMP_CXX)
  target_sources(${target} PRIVATE $<TARGET_OBJECTS:${target}_cuda>)
  target_link_libraries(${target} PRIVATE CUDA::cudart_static)
endfunction()
