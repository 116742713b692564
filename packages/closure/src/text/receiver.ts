import type { Session } from 'node:inspector'
import { heldExtra, heldValue, hold, InspectorUnavailable, post, type RemoteObject } from './inspector-session.ts'

interface Paused {
  readonly params: { readonly callFrames: readonly { readonly callFrameId: string }[] }
}

interface Evaluated {
  readonly result: RemoteObject
  readonly exceptionDetails?: unknown
}

/** Parameters that an arrow function may have at most. */
const MAX_PARAMETERS = 32
/** Without a limit a call that was ended would end the program as well: only so does the inspector take it back. */
const CALL_LIMIT_MS = 60_000

let canPause: boolean | undefined

/**
 * The `this` of the code around an arrow function, which no list of scopes contains: the function is called with a
 * breakpoint at its start, there `this` is evaluated, and the call ends before its first statement. Its parameters get
 * values that are never undefined, so that no default is evaluated.
 *
 * @param session - with its debugger enabled
 * @throws InspectorUnavailable also while a debugger may be attached: the program would stop in it
 */
export function readReceiver(session: Session, fn: object): unknown {
  const inspector = process.getBuiltinModule('node:inspector')
  if (inspector.url() !== undefined) throw new InspectorUnavailable('a debugger may be attached')
  canPause ??= pausesAtStart(session)
  if (!canPause) throw new InspectorUnavailable('the debugger does not stop')
  return evaluateThis(session, fn)
}

/** Tried on a function whose run does no harm. */
function pausesAtStart(session: Session): boolean {
  let hasRun = false
  evaluateThis(session, () => void (hasRun = true))
  return !hasRun
}

function evaluateThis(session: Session, fn: object): unknown {
  const use = Array.from({ length: MAX_PARAMETERS }, () => anything)
  return hold(
    session,
    fn,
    ({ objectId, real }) => {
      const { breakpointId } = post<{ breakpointId: string }>(session, 'Debugger.setBreakpointOnFunctionCall', {
        objectId,
      })
      let found: { readonly value: unknown } | undefined
      const stopped = ({ params }: Paused): void => {
        try {
          const { result, exceptionDetails } = post<Evaluated>(session, 'Debugger.evaluateOnCallFrame', {
            callFrameId: params.callFrames[0]?.callFrameId,
            expression: 'this',
            silent: true,
          })
          // In a constructor before `super()` there is none.
          if (exceptionDetails === undefined) found = { value: real(result) }
        } finally {
          post(session, 'Debugger.resume', { terminateOnResume: true })
        }
      }
      session.on('Debugger.paused', stopped)
      try {
        session.post('Runtime.evaluate', {
          expression: `${heldValue}(...${heldExtra})`,
          silent: true,
          timeout: CALL_LIMIT_MS,
        })
      } finally {
        session.off('Debugger.paused', stopped)
        post(session, 'Debugger.removeBreakpoint', { breakpointId })
      }
      if (found === undefined) throw new InspectorUnavailable('`this` has no value there')
      return found.value
    },
    use,
  )
}

/** Can be taken apart as an object and as an array. */
const anything: unknown = new Proxy(() => {}, {
  get: (_target, name) => (name === Symbol.iterator ? [anything].values.bind([anything]) : anything),
})
