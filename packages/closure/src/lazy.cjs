// What is loaded when it is first needed. It is CommonJS because that is where bundlers look for `require`: so a bundle
// holds it, and loads it as late.
'use strict'

// Where Node.js runs this file, it finds packages. Where a bundler has put it elsewhere, `module` is another object.
// What is asked for in this way, no bundler sees: it comes in a part instead, which takes a third of the room.
const load = Reflect.get(module, 'require')

let part
const late = name => {
  if (typeof load === 'function') return load.call(module, name)
  const modules = { '@manyhands/base': exports.base, '@manyhands/core': exports.core }
  part ??= exports.base().loadPart('part-packing', exports.packingPart(), modules)
  return part[name]()
}

exports.acorn = () => late('acorn')
exports.lexer = () => late('es-module-lexer')
exports.packing = () => late('@manyhands/closure')
exports.packingPart = () => require('../dist/part-packing.cjs')
exports.base = () => require('@manyhands/base')
exports.core = () => require('@manyhands/core')
