autocmd BufNewFile,BufRead *.hbp setfiletype hermes
