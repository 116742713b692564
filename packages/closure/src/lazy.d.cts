declare const lazy: {
  acorn(): typeof import('acorn')
  lexer(): typeof import('es-module-lexer')
  core(): typeof import('@manyhands/core')
  packing(): typeof import('./index.ts')
}
export = lazy
