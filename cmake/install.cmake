# One layout for the build tree and for an installed one: lib/, include/hermes/ and
# share/hermes/stdlib/ below a prefix. hermesc finds them from where it stands itself
# (compiler/toolchain.c), so that either tree may be moved.
file(MAKE_DIRECTORY ${PROJECT_BINARY_DIR}/include ${PROJECT_BINARY_DIR}/share/hermes)
file(CREATE_LINK ${PROJECT_SOURCE_DIR}/runtime/include/hermes
     ${PROJECT_BINARY_DIR}/include/hermes SYMBOLIC)
file(CREATE_LINK ${PROJECT_SOURCE_DIR}/stdlib ${PROJECT_BINARY_DIR}/share/hermes/stdlib SYMBOLIC)

configure_file(${CMAKE_CURRENT_LIST_DIR}/hermes.pc.in ${PROJECT_BINARY_DIR}/hermes.pc @ONLY)

install(TARGETS hermesc RUNTIME DESTINATION bin)
install(TARGETS hermes ARCHIVE DESTINATION lib)
install(DIRECTORY runtime/include/hermes DESTINATION include)
install(DIRECTORY stdlib DESTINATION share/hermes FILES_MATCHING PATTERN "*.hbp")
install(FILES ${PROJECT_BINARY_DIR}/hermes.pc DESTINATION lib/pkgconfig)
install(FILES LICENSE DESTINATION share/doc/hermes)
install(FILES README.md DESTINATION share/doc/hermes OPTIONAL)
