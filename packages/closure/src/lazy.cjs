// What is loaded when it is first needed. It is CommonJS because that is where bundlers look for `require`: so a bundle
// holds it, and loads it as late.
'use strict'

exports.acorn = () => require('acorn')
exports.lexer = () => require('es-module-lexer')
exports.base = () => require('@manyhands/base')
exports.core = () => require('@manyhands/core')
exports.packing = () => require('@manyhands/closure')
