// One closure through the built package: what comes of it where captured variables may not be readable. Prints `works`,
// or `refused` when the captures form works.
import { pack, unpack, withCaptures } from '../../dist/index.js'

const through = async fn => (await unpack(structuredClone(pack(fn))))(3)

export async function smoke() {
  const rate = Number('2') // not a constant that a transpiler puts in its place
  const times = x => x * rate
  if ((await through(x => x * 2)) !== 6) return 'wrong: a function without captures'
  if ((await through(withCaptures(times, { rate }))) !== 6) return 'wrong: the captures form'
  try {
    const result = await through(times)
    return result === 6 ? 'works' : `wrong: ${result}`
  } catch (error) {
    return error.name === 'SerializationError' && /withCaptures/.test(error.message)
      ? `refused: ${error.message}`
      : `error: ${error.stack}`
  }
}

if (process.env.SMOKE === 'print') console.log(await smoke())
