export function acorn(): typeof import('acorn')
export function lexer(): typeof import('es-module-lexer')
/** What packs values, for workers, and for bundles. */
export function packing(): typeof import('./index.ts')
/** Of a bundle: the text of these. */
export function packingPart(): string
export function base(): typeof import('@manyhands/base')
export function core(): typeof import('@manyhands/core')
