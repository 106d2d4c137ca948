" Vim syntax of Hermes blueprints (*.hbp): written by `hermesc generate vim` from the
" compiler's own tables.
if exists('b:current_syntax')
  finish
endif

syntax match hermesOperator /\v\.\.\<?|-\>|[=!<>]\=|[-+*\/^<>=~]/
syntax match hermesFunction /\v[A-Za-z0-9_]@<![A-Za-z_][A-Za-z0-9_]*\(@=/
syntax match hermesKeyword /\v\.@<![A-Za-z0-9_]@<!%(blueprint|module|import|unit|sparse|table|from|input|policy|draw|function|any|operational|functional|block|out|solve|let|return|kpi|goal|maximize|minimize|subject|to|expect|vary|by|assert|within|default|step|start|tolerance|damping|iterations|with|confidence|time|initially|missing)[A-Za-z0-9_]@!%([ \t]*[:.=(\[])@!/
syntax match hermesKeyword /\v[A-Za-z0-9_]@<!default%([ \t]*\=)@=/
syntax match hermesBuiltin /\v[A-Za-z0-9_]@<!%(lin|db|psum|pmean|min|max|abs|sign|sqrt|hypot|mod|exp|log|log10|log2|floor|ceil|round|sin|cos|tan|asin|acos|atan|atan2|bessel_j1|bessel_i0_scaled|log_gamma|gamma_p|marcum_p|expectation|probability|sum|product|argmin|argmax|mean|lmean|count|share|any|all|percentile|median)%([ \t]*\()@=/
syntax match hermesDeclaration /\v[A-Za-z0-9_]@<!%(blueprint|module|unit|table|function|block|kpi|out|let)%([ \t]+[A-Za-z_])@=/ nextgroup=hermesName skipwhite
syntax match hermesName /\v[A-Za-z_][A-Za-z0-9_.]*/ contained
syntax match hermesConditional /\v[A-Za-z0-9_]@<!%(if|then|else|for|in)[A-Za-z0-9_]@!/
syntax match hermesLogical /\v[A-Za-z0-9_]@<!%(and|or|not)[A-Za-z0-9_]@!/
syntax match hermesBoolean /\v[A-Za-z0-9_]@<!%(true|false)[A-Za-z0-9_]@!/
syntax match hermesNumber /\v[A-Za-z0-9_]@<![0-9]+%(\.[0-9]+)?%([eE][+-]?[0-9]+)?/ nextgroup=hermesUnit skipwhite
syntax match hermesColon /\v:|-\>/ nextgroup=hermesUnit,hermesType skipwhite
syntax match hermesType /\v[A-Za-z0-9_]@<!%(bool|int)[A-Za-z0-9_]@!/ contained
syntax match hermesUnit /\v%(%(\%|ppm|min|h|day|deg|RE|PRB|degC|dB|dBi|dBd|dBc|Np|dBm|dBW|dBHz|dBK|dBsm|dBV|dBmV|dBuV|dBuA)|[kMGTPEZYmunpfazy]?%(g|A|K|mol|cd|W|J|Wh|eV|N|C|Ah|V|ohm|S|F|H|T)|[kMGTPEZYmunpfazycd]?%(m)|[munpfazy]?%(s|rad)|[kMGTPEZY]?%(bit|B|Hz)|[kMGTPEZYmunpfazyh]?%(Pa))%(\^-?[0-9]+)?%([\/*]\(?%(%(\%|ppm|min|h|day|deg|RE|PRB|degC|dB|dBi|dBd|dBc|Np|dBm|dBW|dBHz|dBK|dBsm|dBV|dBmV|dBuV|dBuA)|[kMGTPEZYmunpfazy]?%(g|A|K|mol|cd|W|J|Wh|eV|N|C|Ah|V|ohm|S|F|H|T)|[kMGTPEZYmunpfazycd]?%(m)|[munpfazy]?%(s|rad)|[kMGTPEZY]?%(bit|B|Hz)|[kMGTPEZYmunpfazyh]?%(Pa))%(\^-?[0-9]+)?\)?)*[A-Za-z0-9_]@!/ contained
syntax region hermesString start=/"/ skip=/\\./ end=/"/ end=/$/ oneline
syntax keyword hermesTodo TODO FIXME contained
syntax match hermesComment /#.*/ contains=hermesTodo,@Spell

highlight default link hermesComment Comment
highlight default link hermesTodo Todo
highlight default link hermesString String
highlight default link hermesNumber Number
highlight default link hermesUnit Special
highlight default link hermesType Type
highlight default link hermesKeyword Keyword
highlight default link hermesBuiltin Function
highlight default link hermesDeclaration Statement
highlight default link hermesName Identifier
highlight default link hermesBoolean Boolean
highlight default link hermesConditional Conditional
highlight default link hermesLogical Operator
highlight default link hermesOperator Operator

let b:current_syntax = 'hermes'
