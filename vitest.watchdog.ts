import { afterEach, beforeEach } from 'vitest'

/** Less than the time limit of a test: the report must be out before vitest gives up on it. */
const PATIENCE_MS = 50_000

let timer: NodeJS.Timeout | undefined

// Reports what keeps a hanging test from ending: its failure alone reports only that time is over.
beforeEach(context => {
  timer = setTimeout(() => {
    const report = process.report.getReport() as {
      libuv?: readonly { readonly type: string; readonly is_active: boolean; readonly is_referenced: boolean }[]
    }
    const handles = (report.libuv ?? [])
      .filter(handle => handle.is_active)
      .map(handle => `${handle.type}${handle.is_referenced ? '' : ' (unref)'}`)
    const lines = [
      '',
      `[watchdog] "${context.task.name}" is still running after ${PATIENCE_MS} ms`,
      `  resources: ${process.getActiveResourcesInfo().join(', ')}`,
      `  handles: ${handles.join(', ')}`,
      '',
    ]
    process.stderr.write(lines.join('\n'))
  }, PATIENCE_MS)
  timer.unref()
})

afterEach(() => clearTimeout(timer))
