import { pack } from '../../src/index.ts'

const offset = 1
try {
  pack((x: number) => x + offset)
  console.log('"packed"')
} catch (error) {
  console.log(JSON.stringify((error as Error).message))
}
