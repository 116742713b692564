import { runApp } from './app.ts'
import { parseArguments, usage } from './args.ts'
import { UsageError } from './usage-error.ts'

/**
 * Exit codes: a number that is not as it should be, a mistake of the user, and those of a shell for Ctrl-C and kill.
 */
const codes = { mismatch: 1, usage: 2, SIGINT: 130, SIGTERM: 143 } as const

const stop = new AbortController()
let stoppedBy: 'SIGINT' | 'SIGTERM' | undefined
for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  // Once: a second Ctrl-C ends the program at once.
  process.once(signal, () => {
    stoppedBy ??= signal
    stop.abort(new Error(`stopped by ${signal}`))
  })
}

try {
  const args = parseArguments(process.argv.slice(2))
  if (args.help) console.log(usage)
  else {
    const mismatch = await runApp(args, text => console.log(text), stop.signal)
    if (mismatch !== undefined) fail(codes.mismatch, `check failed: ${mismatch}`)
    else if (args.check) console.log('\ncheck passed: every number equals its reference')
  }
} catch (error) {
  if (stoppedBy !== undefined && stop.signal.aborted) fail(codes[stoppedBy], `stopped by ${stoppedBy}`)
  else if (error instanceof UsageError) fail(codes.usage, error.message)
  else throw error
}

function fail(code: number, message: string): void {
  console.error(`digits: ${message}`)
  process.exitCode = code
}
