" For 'formatexpr': the whole blueprint as `hermesc fmt` lays it out. Not 'formatprg', which would
" put an empty text in the place of one with errors.
function! hermes#format() abort
  if mode() =~# '[iR]'
    return 1
  endif
  let l:lines = systemlist('hermesc fmt - 2>/dev/null', getline(1, '$'))
  if v:shell_error
    echohl ErrorMsg | echo 'hermesc: it has errors, and stays as it is' | echohl None
    return 0
  endif
  let l:view = winsaveview()
  if l:lines !=# getline(1, '$')
    call setline(1, l:lines)
    if line('$') > len(l:lines)
      call deletebufline('%', len(l:lines) + 1, '$')
    endif
  endif
  call winrestview(l:view)
  return 0
endfunction
