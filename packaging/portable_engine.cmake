# Read by the portable engine's build (build_steps/engine.py): the same bytes wherever and whenever it is built.
include("${CMAKE_CURRENT_LIST_DIR}/../scripts/engine.cmake")
if(NOT MSVC)
    # Assertions name their source file; that is a temporary folder of the building machine.
    add_compile_options("-ffile-prefix-map=${CMAKE_BINARY_DIR}=build" "-ffile-prefix-map=${CMAKE_SOURCE_DIR}=.")
endif()
if(CMAKE_SYSTEM_NAME STREQUAL "Linux")
    add_link_options("-Wl,--build-id=none")
endif()
