/** Values that take different bytes. */
export const texts: readonly (string | number)[] = [
  'a'.repeat(9000),
  'é'.repeat(2000),
  7.5,
  '☃'.repeat(3000),
  'b'.repeat(100),
]
