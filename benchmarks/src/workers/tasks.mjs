// What every row runs. JavaScript, so that no row pays for type stripping when its workers start.

export function inc(x) {
  return x + 1
}

export function echo(x) {
  return x
}

/** A loop of `turns` that no compiler can shorten. */
export function burn(turns) {
  let sum = 0
  for (let i = 0; i < turns; i++) sum = (sum + Math.imul(i ^ sum, 2654435761)) | 0
  return sum
}
