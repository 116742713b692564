import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'

const program = fileURLToPath(new URL('../workers/primitives.py', import.meta.url))

/** @throws Error when there is no python3 on this machine */
export async function measurePython(kind: 'threading' | 'multiprocessing'): Promise<Record<string, number>> {
  const { stdout } = await promisify(execFile)('python3', [program, kind])
  return JSON.parse(stdout) as Record<string, number>
}
