// Classes as they were written before `class`, and as compilers to ES5 write them.
import { inherits } from 'node:util'

export function makeClasses() {
  function Point(x) {
    this.x = x
  }
  Point.prototype.twice = function () {
    return this.x * 2
  }
  const Literal = function (x) {
    this.x = x
  }
  Literal.prototype = {
    constructor: Literal,
    get() {
      return this.x
    },
  }
  function Plain(x) {
    this.x = x
  }
  const Derived = (function (_super) {
    Object.setPrototypeOf(Derived, _super)
    function Derived(x) {
      return _super.call(this, x) || this
    }
    Derived.prototype = Object.create(_super.prototype, {
      constructor: { value: Derived, writable: true, configurable: true },
    })
    return Derived
  })(Point)
  Point.made = 'static'
  function OldError(message) {
    Error.captureStackTrace(this, OldError)
    this.message = message
  }
  inherits(OldError, Error)
  const CompiledError = (function (_super) {
    Object.setPrototypeOf(CompiledError, _super)
    function CompiledError(message) {
      const self = _super.call(this, message) || this
      Object.setPrototypeOf(self, CompiledError.prototype)
      return self
    }
    CompiledError.prototype = Object.create(_super.prototype, {
      constructor: { value: CompiledError, writable: true, configurable: true },
    })
    return CompiledError
  })(Error)
  return { Point, Literal, Plain, Derived, OldError, CompiledError }
}
