// Sloppy code: what an arrow function inherits from it.
const one = 1
exports.thisInside = () => () => (function () { return one && this === undefined ? 'strict' : 'sloppy' })()
exports.aliased = () => value => (function (a) { a = value; return arguments[0] + one })(1)
exports.hoisted = () => () => { { function inner() { return one } } return typeof inner }
exports.strict = () => { 'use strict'; return () => (function () { return one && this === undefined ? 'strict' : 'sloppy' })() }
