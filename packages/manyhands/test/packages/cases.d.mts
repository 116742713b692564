import type { Case } from './run-case.mjs'

export const versions: Readonly<Record<string, string>>
export const cases: readonly (Case & { readonly quick?: boolean })[]
