# RocksDB as one static archive with its compressors, so that the program runs where another version
# of librocksdb is installed (Debian 12 has 7.8, Ubuntu 24.04 has 8.9) and starts without relocating
# it. Stands before the package's own CMake files, which link shared compressors and gflags. Falls back to
# the shared library where there is no archive.
#
# Target: RocksDB::rocksdb

find_path(RocksDB_INCLUDE_DIR rocksdb/db.h)
find_library(RocksDB_LIBRARY NAMES librocksdb.a rocksdb)
if(RocksDB_INCLUDE_DIR)
  file(STRINGS ${RocksDB_INCLUDE_DIR}/rocksdb/version.h lines REGEX "#define ROCKSDB_(MAJOR|MINOR|PATCH)")
  string(REGEX REPLACE "[^0-9;]" "" numbers "${lines}")
  list(JOIN numbers "." RocksDB_VERSION)
endif()

set(RocksDB_dependencies)
if(RocksDB_LIBRARY MATCHES "\\.a$")
  foreach(name snappy lz4 zstd bz2 z)
    find_library(RocksDB_${name}_LIBRARY NAMES lib${name}.a ${name})
    mark_as_advanced(RocksDB_${name}_LIBRARY)
    list(APPEND RocksDB_dependencies RocksDB_${name}_LIBRARY)
  endforeach()
endif()

include(FindPackageHandleStandardArgs)
find_package_handle_standard_args(RocksDB
  REQUIRED_VARS RocksDB_LIBRARY RocksDB_INCLUDE_DIR ${RocksDB_dependencies}
  VERSION_VAR RocksDB_VERSION)
mark_as_advanced(RocksDB_INCLUDE_DIR RocksDB_LIBRARY)

if(RocksDB_FOUND AND NOT TARGET RocksDB::rocksdb)
  add_library(RocksDB::rocksdb UNKNOWN IMPORTED)
  set_target_properties(RocksDB::rocksdb PROPERTIES
    IMPORTED_LOCATION ${RocksDB_LIBRARY}
    INTERFACE_INCLUDE_DIRECTORIES ${RocksDB_INCLUDE_DIR})
  foreach(variable ${RocksDB_dependencies})
    set_property(TARGET RocksDB::rocksdb APPEND PROPERTY INTERFACE_LINK_LIBRARIES ${${variable}})
  endforeach()
  set_property(TARGET RocksDB::rocksdb APPEND PROPERTY INTERFACE_LINK_LIBRARIES ${CMAKE_DL_LIBS})
endif()
