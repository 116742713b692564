// What bundlers write around a module, and code that looks like it. Nothing in these scopes says that functions share
// them: only that the code around runs once.

// oxlint-disable no-unused-expressions, no-return-assign, no-sequences, no-var, no-func-assign, no-empty-function
const __getOwnPropNames = Object.getOwnPropertyNames

// oxfmt-ignore
const __commonJS = (cb, mod) => function __require() {
  try {
    return mod || (0, cb[__getOwnPropNames(cb)[0]])((mod = { exports: {} }).exports, mod), mod.exports;
  } catch (e) {
    throw mod = 0, e;
  }
};
// oxfmt-ignore
const min=(e,t)=>()=>(t||e((t={exports:{}}).exports,t),t.exports);
/** Runs the module each time. */
const again = cb => () => {
  const mod = { exports: {} }
  cb(mod.exports, mod)
  return mod.exports
}

const require_esbuild = __commonJS({
  'esbuild.js'(exports) {
    let n = 0
    exports.up = x => (n += x)
    exports.get = () => n
  },
})
const require_minified = min((e, t) => {
  let n = 0
  t.exports = { up: x => (n += x), get: () => n }
})
const require_again = again(exports => {
  let n = 0
  exports.up = x => (n += x)
  exports.get = () => n
})

var __webpack_modules__ = {
  7: (module, exports) => {
    let n = 0
    exports.up = x => (n += x)
    exports.get = () => n
  },
  8: (module, exports, __webpack_require__) => {
    exports.up = x => __webpack_require__(7).up(x)
    exports.get = () => __webpack_require__.own(__webpack_require__(7), 'get') && __webpack_require__(7).get()
  },
  // With a top-level await; nobody asks for it here.
  9: (module, exports) => void (module.exports = Promise.resolve(exports)),
}
var __webpack_module_cache__ = {}
// oxfmt-ignore
function __webpack_require__(moduleId) {
  // Check if module is in cache
  var cachedModule = __webpack_module_cache__[moduleId];
  if (cachedModule !== undefined) {
    return cachedModule.exports;
  }
  // Create a new module (and put it into the cache)
  var module = __webpack_module_cache__[moduleId] = {
    exports: {}
  };
  __webpack_modules__[moduleId](module, module.exports, __webpack_require__);
  return module.exports;
}
__webpack_require__.own = (object, key) => Object.hasOwn(object, key)
__webpack_require__(9)

const tables = {
  7: (module, exports) => {
    let n = 0
    exports.up = x => (n += x)
    exports.get = () => n
  },
}
function requireNew(id) {
  const module = { exports: {} }
  tables[id](module, module.exports, requireNew)
  return module.exports
}

const called = (function () {
  let n = 0
  return { up: x => (n += x), get: () => n }
})()
const calledOn = (() => {
  const on = {}
  ;(function () {
    let n = 0
    this.up = x => (n += x)
    this.get = () => n
  }).call(on)
  return on
})()

const inLoop = []
for (let i = 0; i < 2; i++) {
  inLoop.push(
    (() => {
      let n = 0
      return { up: x => (n += x), get: () => n }
    })(),
  )
}
const make = () =>
  (() => {
    let n = 0
    return { up: x => (n += x), get: () => n }
  })()

/** The two functions of each stand in one scope, which the code makes once. */
export const once = {
  esbuild: require_esbuild(),
  minified: require_minified(),
  webpack: __webpack_require__(7),
  webpackRequire: __webpack_require__(8),
  called,
  calledOn,
}

/** Those of these stand in different scopes, although all their variables are equal. */
export const mixed = {
  again: { up: require_again().up, get: require_again().get },
  table: { up: requireNew(7).up, get: requireNew(7).get },
  inLoop: { up: inLoop[0].up, get: inLoop[1].get },
  inFunction: { up: make().up, get: make().get },
}
