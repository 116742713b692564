import { type ChildProcess, spawn } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { describe, expect, onTestFinished, test } from 'vitest'

/** Leads a group of its own, as a program that was started from a terminal does. */
function start(name: string, kind: string): ChildProcess {
  const path = fileURLToPath(new URL(`./programs/${name}.ts`, import.meta.url))
  const program = spawn(process.execPath, ['--conditions=@manyhands/source', path, kind], { detached: true })
  onTestFinished(() => void program.kill('SIGKILL'))
  return program
}

describe.runIf(process.platform !== 'win32').each(['threads', 'processes'])('with %s', kind => {
  test.for(['SIGINT', 'SIGTERM'] as const)('a program that handles %s of its group finishes its work', async signal => {
    const program = start('handles-signals', kind)
    let [stdout, stderr] = ['', '']
    program.stderr?.on('data', chunk => (stderr += chunk))
    program.stdout?.on('data', chunk => {
      stdout += chunk
      if (String(chunk).includes('all are busy')) process.kill(-(program.pid as number), signal)
    })
    const code = await new Promise(resolve => program.on('close', resolve))
    expect([code, stderr, stdout]).toEqual([0, '', `all are busy\n${signal},task finished,child finished,0\n`])
  })

  test('a program that does not handle SIGINT ends by it, quietly', async () => {
    const program = start('busy-for-ever', kind)
    let stderr = ''
    program.stderr?.on('data', chunk => (stderr += chunk))
    program.stdout?.once('data', () => process.kill(-(program.pid as number), 'SIGINT'))
    const ending = await new Promise(resolve => program.on('close', (_, signal) => resolve(signal)))
    expect([ending, stderr]).toEqual(['SIGINT', ''])
  })
})
