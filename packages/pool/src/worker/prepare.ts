import { enableCompileCache } from 'node:module'
import { inspect } from 'node:util'
import { Promise } from '@manyhands/base'
import { unpack } from '@manyhands/closure/worker'
import { complain } from '../here/exit.ts'
import { type PREPARE, PREPARED, type ToWorkerMessage } from '../protocol/messages.ts'
import { sendToParent } from './parent.ts'
import { startWatchdog } from './watchdog.ts'

/**
 * Makes this process ready for orders that it does not have yet: it imports what they may need. Orders that come
 * meanwhile wait in the channel.
 */
export async function prepare([, , modules, onError, rehearsal]: Extract<
  ToWorkerMessage,
  readonly [typeof PREPARE, ...unknown[]]
>): Promise<void> {
  startWatchdog()
  // Next time these modules are not compiled again.
  enableCompileCache()
  await import('./run-process.ts')
  if (rehearsal !== undefined) await rehearse(rehearsal)
  for (const url of modules) {
    try {
      await import(/* webpackIgnore: true */ url)
    } catch (error) {
      if (onError === 'ignore') continue
      complain(`the module ${url} cannot be preloaded:\n${inspect(error)}\n`)
      if (onError === 'fail') process.exit(1)
    }
  }
  sendToParent([PREPARED])
}

/**
 * Does what takes long the first time: to load primitives, the memory that they are in, and what connections are made
 * of; and to revive a function.
 */
async function rehearse(packed: unknown): Promise<void> {
  try {
    const [{ Region }] = await Promise.all([import('@manyhands/core'), import('node:net'), import('node:crypto')])
    Region.create(8, { across: 'auto' }).close()
    await unpack(packed as never)
  } catch {
    // What cannot be done, for want of memory say, is told when it is needed.
  }
}

/** What was different when this process was started. */
export function enter(env: NodeJS.ProcessEnv, cwd: string): void {
  for (const name of Object.keys(process.env)) if (!(name in env)) delete process.env[name]
  Object.assign(process.env, env)
  if (process.cwd() !== cwd) process.chdir(cwd)
}
