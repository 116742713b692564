export function acorn(): typeof import('acorn')
export function lexer(): typeof import('es-module-lexer')
export function core(): typeof import('@manyhands/core')
export function packing(): typeof import('./index.ts')
