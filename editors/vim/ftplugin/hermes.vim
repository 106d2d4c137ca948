" Blueprints: comments, layout, and formatting by the compiler (gqG in a blueprint formats all of it).
if exists('b:did_ftplugin')
  finish
endif
let b:did_ftplugin = 1

setlocal commentstring=#\ %s
setlocal comments=:#
setlocal expandtab shiftwidth=2 softtabstop=2 textwidth=100
setlocal formatoptions-=t formatoptions+=croql
if executable('hermesc')
  setlocal formatexpr=hermes#format()
endif

let b:undo_ftplugin = 'setlocal commentstring< comments< expandtab< shiftwidth< softtabstop<'
      \ . ' textwidth< formatoptions< formatexpr<'
