// How bundlers write what runs each module of a bundle once; minified the names are short.

/** The `__commonJS` of esbuild, without comments and space. */
const commonJsHelper = new RegExp(
  String.raw`^\((?<run>[\w$]+),(?<module>[\w$]+)\)=>(?:function[\w$]*\(\)|\(\)=>)(?:\{(?:try\{)?return|\()` +
    String.raw`\k<module>\|\|(?:\k<run>|\(0,\k<run>\[[\w$]+\(\k<run>\)\[0\]\]\))` +
    String.raw`\(\(\k<module>=\{exports:\{\}\}\)\.exports,\k<module>\),\k<module>\.exports`,
)

/** The `__webpack_require__` of webpack, without comments and space. */
const requireFunction = new RegExp(
  String.raw`^function[\w$]+\((?<id>[\w$]+)\)\{var(?<known>[\w$]+)=(?<cache>[\w$]+)\[\k<id>\];` +
    String.raw`if\((?:\k<known>!==undefined|void0!==\k<known>)\)\{?return\k<known>\.exports;\}?` +
    String.raw`var(?<module>[\w$]+)=\k<cache>\[\k<id>\]=\{(?:id:\k<id>,)?(?:loaded:(?:false|!1),)?exports:\{\}\}[;,]` +
    String.raw`(?<rest>[^]*)$`,
)

/** Whether a text is the helper of esbuild that makes of a module a function which returns what the module exports. */
export function isCommonJsHelper(text: string): boolean {
  return commonJsHelper.test(withoutSpace(text))
}

/**
 * Reads a function that may be the `__webpack_require__` of a bundle.
 *
 * @returns the variable with the modules that have run, by id, and the text behind what looks there
 */
export function webpackRequire(text: string): { readonly cache: string; readonly rest: string } | undefined {
  if (!text.startsWith('function') || text.length > MAX_TEXT) return undefined
  const { cache, rest } = requireFunction.exec(withoutSpace(text))?.groups ?? {}
  return cache === undefined || rest === undefined ? undefined : { cache, rest }
}

const MAX_TEXT = 2000

/** Of what a bundler has written, where no string holds what looks like a comment. */
function withoutSpace(text: string): string {
  return text.replaceAll(/\/\*[^]*?\*\/|\/\/[^\n]*|\s+/g, '')
}
