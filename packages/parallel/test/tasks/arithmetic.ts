export const add = (a: number, b: number): number => a + b

export function square(x: number): number {
  return x * x
}

export async function squareLater(x: number): Promise<number> {
  await new Promise(resolve => setTimeout(resolve, 1))
  return x * x
}
