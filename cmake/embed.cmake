# SPDX-License-Identifier: Apache-2.0
# bootferry_embed(target SYMBOL ROOT folder FILES a b c): the files' bytes become a lookup table in the binary,
# declared by base/embedded_files.hpp and defined as `const bootferry::EmbeddedFiles bootferry::SYMBOL`.
function(bootferry_embed target symbol)
  cmake_parse_arguments(embed "" "ROOT" "FILES;DEPENDS" ${ARGN})
  set(out ${CMAKE_CURRENT_BINARY_DIR}/${symbol}.cpp)
  add_custom_command(
    OUTPUT ${out}
    COMMAND ${CMAKE_COMMAND} -DOUT=${out} -DSYMBOL=${symbol} -DROOT=${embed_ROOT} -P ${CMAKE_SOURCE_DIR}/cmake/embed_files.cmake
    DEPENDS ${embed_FILES} ${embed_DEPENDS} ${CMAKE_SOURCE_DIR}/cmake/embed_files.cmake
    COMMENT "Embedding ${embed_ROOT}"
    VERBATIM)
  target_sources(${target} PRIVATE ${out})
endfunction()
