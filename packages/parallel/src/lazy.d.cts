/** The text of this package for workers of a bundle, which have no files. */
export function part(): string
