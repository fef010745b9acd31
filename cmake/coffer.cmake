# What every target of the project shares: warnings, sanitizers, ccache, linker, precompiled headers.

find_program(COFFER_CCACHE ccache)
if(COFFER_CCACHE)
  set(CMAKE_C_COMPILER_LAUNCHER ${COFFER_CCACHE})
  set(CMAKE_CXX_COMPILER_LAUNCHER ${COFFER_CCACHE})
endif()
find_program(COFFER_MOLD mold)
find_program(COFFER_LLD ld.lld)

find_package(Threads REQUIRED)
find_package(OpenSSL 3 REQUIRED)
# Static where the version differs between distributions (packaging/README.md).
set(Boost_USE_STATIC_LIBS ON)
find_package(Boost 1.81 REQUIRED COMPONENTS system json)
find_package(PkgConfig REQUIRED)

add_library(coffer_options INTERFACE)
target_include_directories(coffer_options INTERFACE ${CMAKE_SOURCE_DIR}/src)
target_compile_options(coffer_options INTERFACE
  -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Werror -fno-strict-aliasing)
target_compile_definitions(coffer_options INTERFACE
  BOOST_ASIO_NO_DEPRECATED BOOST_ASIO_HAS_CO_AWAIT=1 BOOST_ASIO_DISABLE_BOOST_COROUTINE=1)
target_link_libraries(coffer_options INTERFACE Threads::Threads Boost::headers)
if(COFFER_MOLD AND NOT COFFER_FUZZ AND CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
  target_link_options(coffer_options INTERFACE -fuse-ld=mold)
elseif(COFFER_LLD)
  target_link_options(coffer_options INTERFACE -fuse-ld=lld)
endif()
if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
  # g++ 12 reports these inside coroutine frames and Boost headers where nothing is wrong.
  target_compile_options(coffer_options INTERFACE -fcoroutines -Wno-maybe-uninitialized
    -Wno-stringop-overflow -Wno-array-bounds -Wno-restrict -Wno-dangling-pointer
    -Wno-mismatched-new-delete)
endif()
if(COFFER_SANITIZE STREQUAL "address")
  target_compile_options(coffer_options INTERFACE
    -fsanitize=address,undefined -fno-sanitize-recover=undefined -fno-omit-frame-pointer)
  target_link_options(coffer_options INTERFACE -fsanitize=address,undefined)
elseif(COFFER_SANITIZE STREQUAL "thread")
  target_compile_options(coffer_options INTERFACE -fsanitize=thread)
  target_link_options(coffer_options INTERFACE -fsanitize=thread)
  if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
    target_compile_options(coffer_options INTERFACE -Wno-tsan -Wno-stringop-overread)
  endif()
endif()

if(COFFER_FUZZ)
  # clang 14 cannot assemble coroutines under -fsanitize=function.
  target_compile_options(coffer_options INTERFACE
    -fsanitize=fuzzer-no-link,address,undefined -fno-sanitize=function
    -fno-sanitize-recover=undefined -fno-omit-frame-pointer)
  target_link_options(coffer_options INTERFACE -fsanitize=fuzzer-no-link,address,undefined)
endif()

# coffer_library(<folder> SOURCES ... [DEPS ...] [LINK ...] [PCH headers...])
# One static library per folder of src/; DEPS are other folders.
function(coffer_library name)
  cmake_parse_arguments(ARG "" "" "SOURCES;DEPS;LINK;PCH" ${ARGN})
  add_library(coffer_${name} STATIC ${ARG_SOURCES})
  target_link_libraries(coffer_${name} PUBLIC coffer_options PRIVATE ${ARG_LINK})
  foreach(dep ${ARG_DEPS})
    target_link_libraries(coffer_${name} PUBLIC coffer_${dep})
  endforeach()
  if(ARG_PCH)
    target_precompile_headers(coffer_${name} PRIVATE ${ARG_PCH})
  endif()
endfunction()

# What tests and benches share: "support/fake_clock.h". Headers only; who includes one that needs a
# folder of src/ links that itself.
add_library(coffer_test_support INTERFACE)
target_include_directories(coffer_test_support INTERFACE ${CMAKE_SOURCE_DIR}/tests)

# coffer_test(<name> SOURCES ... [DEPS ...] [LINK ...] [TIMEOUT seconds])
# One GoogleTest program; ctest runs it as one test.
function(coffer_test name)
  cmake_parse_arguments(ARG "" "TIMEOUT" "SOURCES;DEPS;LINK;PCH" ${ARGN})
  add_executable(${name} ${ARG_SOURCES})
  target_link_libraries(${name} PRIVATE coffer_options coffer_test_support GTest::gmock
                        GTest::gtest_main ${ARG_LINK})
  foreach(dep ${ARG_DEPS})
    target_link_libraries(${name} PRIVATE coffer_${dep})
  endforeach()
  if(ARG_PCH)
    target_precompile_headers(${name} PRIVATE ${ARG_PCH})
  endif()
  # Tests need no optimiser: their compile time is everybody's.
  target_compile_options(${name} PRIVATE -O0)
  if(NOT ARG_TIMEOUT)
    set(ARG_TIMEOUT 120)
  endif()
  add_test(NAME ${name} COMMAND ${name})
  set_tests_properties(${name} PROPERTIES TIMEOUT ${ARG_TIMEOUT})
endfunction()
