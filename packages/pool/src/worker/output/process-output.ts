import type { Writable } from 'node:stream'
import { type ToMainMessage, PRINTED } from '../../protocol/messages.ts'
import { onFirstUse } from './on-first-use.ts'

/** What a stream of Node has below it. */
interface Pipe {
  readonly bytesWritten?: number | undefined
  setBlocking?(on: boolean): number
}

type PipeStream = Writable & { readonly _handle?: Pipe | null | undefined }

const streams: { stdout?: PipeStream; stderr?: PipeStream } = {}
let noted = 0
let kept = false

/**
 * What this process prints is in the pipe to main when the call that prints it returns. It would wait here while the
 * pipe is full, and `process.exit` would lose it. A process that prints faster than main reads is held up instead.
 */
export function keepOutput(): void {
  if (kept) return
  kept = true
  for (const name of ['stdout', 'stderr'] as const) {
    onFirstUse(name, (stream: PipeStream) => {
      stream._handle?.setBlocking?.(true)
      streams[name] = stream
    })
  }
}

/** What main must know ahead of the next message, when something was printed since this was last asked for. */
export function printedSince(): ToMainMessage | undefined {
  if (streams.stdout === undefined && streams.stderr === undefined) return undefined
  const stdout = written(streams.stdout)
  const stderr = written(streams.stderr)
  if (stdout + stderr === noted) return undefined
  noted = stdout + stderr
  return [PRINTED, stdout, stderr]
}

function written(stream: PipeStream | undefined): number {
  return stream?._handle?.bytesWritten ?? 0
}
