export function acorn(): typeof import('acorn')
export function lexer(): typeof import('es-module-lexer')
export function packing(): typeof import('./index.ts')
