# SPDX-License-Identifier: Apache-2.0
# A room is a folder: its *.cpp are its library, and DEPS are the only rooms and packages that it may know.
# So a wrong #include does not link; tests/lint/includes says so sooner.
function(bootferry_room name)
  cmake_parse_arguments(room "" "" "DEPS" ${ARGN})
  file(GLOB sources CONFIGURE_DEPENDS ${CMAKE_CURRENT_SOURCE_DIR}/*.cpp)
  if(BOOTFERRY_FUZZ)
    # Shells need Asio; fuzzers drive codecs and machines only.
    list(FILTER sources EXCLUDE REGEX "/(server|async_)[a-z_]*\\.cpp$")
  endif()
  if(sources)
    add_library(${name} STATIC ${sources})
    set(scope PUBLIC)
  else()
    add_library(${name} INTERFACE)
    set(scope INTERFACE)
  endif()
  target_include_directories(${name} ${scope} ${CMAKE_SOURCE_DIR}/services ${CMAKE_SOURCE_DIR})
  target_link_libraries(${name} ${scope} ${room_DEPS})
endfunction()
