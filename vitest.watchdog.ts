import { afterEach, beforeEach } from 'vitest'

/** Less than the time limit of a test: the report must be out before vitest gives up on it. */
const PATIENCE_MS = 50_000

let timer: NodeJS.Timeout | undefined

// A test that hangs says what keeps it: without this its failure would only say that time is over.
beforeEach(context => {
  timer = setTimeout(() => {
    const report = process.report.getReport() as {
      libuv?: readonly { readonly type: string; readonly is_active: boolean; readonly is_referenced: boolean }[]
    }
    const handles = (report.libuv ?? [])
      .filter(handle => handle.is_active)
      .map(handle => `${handle.type}${handle.is_referenced ? '' : ' (unref)'}`)
    process.stderr.write(
      `\n[watchdog] "${context.task.name}" is still running after ${PATIENCE_MS} ms\n  resources: ` +
        `${process.getActiveResourcesInfo().join(', ')}\n  handles: ${handles.join(', ')}\n`,
    )
  }, PATIENCE_MS)
  timer.unref()
})

afterEach(() => clearTimeout(timer))
