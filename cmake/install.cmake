# One layout for the build tree and for an installed one: lib/, include/hermes/ and
# share/hermes/stdlib/ below a prefix. hermesc finds them from where it stands itself
# (compiler/native/toolchain.c), so that either tree may be moved.
file(MAKE_DIRECTORY ${PROJECT_BINARY_DIR}/include ${PROJECT_BINARY_DIR}/share/hermes)
file(CREATE_LINK ${PROJECT_SOURCE_DIR}/runtime/include/hermes
     ${PROJECT_BINARY_DIR}/include/hermes SYMBOLIC)
file(CREATE_LINK ${PROJECT_SOURCE_DIR}/stdlib ${PROJECT_BINARY_DIR}/share/hermes/stdlib SYMBOLIC)
file(CREATE_LINK ${PROJECT_SOURCE_DIR}/prompts ${PROJECT_BINARY_DIR}/share/hermes/prompts SYMBOLIC)

configure_file(${CMAKE_CURRENT_LIST_DIR}/hermes.pc.in ${PROJECT_BINARY_DIR}/hermes.pc @ONLY)

set(programs hermesc)
if(TARGET hermes-program) # a tree for fuzzing has none
  list(APPEND programs hermes-program)
endif()
install(TARGETS ${programs} RUNTIME DESTINATION bin)
install(TARGETS hermes ARCHIVE DESTINATION lib)
install(DIRECTORY runtime/include/hermes DESTINATION include)
install(DIRECTORY prompts DESTINATION share/hermes FILES_MATCHING PATTERN "*.md")
install(DIRECTORY stdlib DESTINATION share/hermes FILES_MATCHING PATTERN "*.hbp")
install(FILES ${PROJECT_BINARY_DIR}/hermes.pc DESTINATION lib/pkgconfig)
install(FILES LICENSE DESTINATION share/doc/hermes)
install(FILES README.md DESTINATION share/doc/hermes OPTIONAL)
install(DIRECTORY docs/schema DESTINATION share/hermes FILES_MATCHING PATTERN "*.json")

# Manual pages and completions, of hermesc, of twins that are called ndt, and of hermes, made by the
# programs from their own tables.
set(manuals)
function(hermes_manual target form twin directory file)
  set(output ${PROJECT_BINARY_DIR}/share/${directory}/${file})
  file(MAKE_DIRECTORY ${PROJECT_BINARY_DIR}/share/${directory})
  add_custom_command(OUTPUT ${output} COMMAND ${target} generate ${form} ${twin} > ${output}
                     DEPENDS ${target} VERBATIM)
  install(FILES ${output} DESTINATION share/${directory})
  set(manuals ${manuals} ${output} PARENT_SCOPE)
endfunction()
# By program: the target that writes its pages, and the twin that they are of.
set(pages_of_hermesc hermesc "")
set(pages_of_ndt hermesc ndt)
set(pages_of_hermes hermes-program "")
set(documented hermesc ndt)
if(TARGET hermes-program)
  list(APPEND documented hermes)
endif()
foreach(program ${documented})
  list(GET pages_of_${program} 0 target)
  list(GET pages_of_${program} 1 twin)
  hermes_manual(${target} man "${twin}" man/man1 ${program}.1)
  hermes_manual(${target} bash "${twin}" bash-completion/completions ${program})
  hermes_manual(${target} zsh "${twin}" zsh/site-functions _${program})
  hermes_manual(${target} fish "${twin}" fish/vendor_completions.d ${program}.fish)
endforeach()
file(WRITE ${PROJECT_BINARY_DIR}/share/man/man1/hermes-twin.1 ".so man1/ndt.1\n")
install(FILES ${PROJECT_BINARY_DIR}/share/man/man1/hermes-twin.1 DESTINATION share/man/man1)
add_custom_target(manuals ALL DEPENDS ${manuals})
