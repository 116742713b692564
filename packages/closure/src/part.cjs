// What a bundle holds as a part: lazy.cjs loads it there, and is this file in the part.
'use strict'

exports.acorn = () => require('acorn')
exports.lexer = () => require('es-module-lexer')
exports['es-module-lexer'] = exports.lexer
exports['@manyhands/closure'] = () => require('./index.ts')
exports.base = () => require('@manyhands/base')
exports.core = () => require('@manyhands/core')
