import type { Session } from 'node:inspector'
import { runInThisContext } from 'node:vm'
import { setImmediate } from '@manyhands/base'
import type { Analysis } from './analyze.ts'
import { connect, InspectorUnavailable, mainRealm, post } from './inspector-session.ts'
import type { FunctionFacts, Location } from './inspector.ts'

/** An arrow function, and what is known of it. */
export interface Arrow {
  readonly fn: (...args: never[]) => unknown
  readonly analysis: Analysis
  readonly facts: FunctionFacts
}

const key = '__manyhands_receiver__'
/** Parameters whose defaults are not evaluated. */
const MAX_PARAMETERS = 256
/** Without a limit a call that was ended would end the program as well: only so does the inspector take it back. */
const CALL_LIMIT_MS = 60_000

/**
 * The `this` of the code around an arrow function, which no list of scopes contains.
 *
 * The function is called with a breakpoint where its body begins. It never stops there: the condition of the breakpoint
 * takes `this` and asks for the end of the call, so that no statement runs. Parameters get
 * values that are never undefined, so that no default is evaluated.
 *
 * The debugger stays enabled for this turn of the event loop: enabling takes 5 to 20 ms, a call less than 1 ms.
 *
 * @throws InspectorUnavailable also when the body does not begin with what a breakpoint comes before, or the function
 * is of a vm context
 */
export function readReceiver(arrow: Arrow): unknown {
  const { fn, analysis, facts } = arrow
  const { bodyStart, original, free } = analysis
  const isShadowed =
    facts.scopes.some(({ kind, variables }) => !kind.startsWith('Global') && Object.hasOwn(variables, 'globalThis')) ||
    (/\bglobalThis\b/.test(original) && !free.has('globalThis'))
  if (bodyStart === undefined || facts.location === undefined || isShadowed || !isOfMainRealm(fn)) {
    throw new InspectorUnavailable('`this` cannot be read there')
  }
  const enabled = debugging()
  return take(enabled, fn, placeIn(enabled, facts.location, positionIn(original, bodyStart, facts.location)))
}

/** The first place for a breakpoint in the body of a function. */
function placeIn(session: Session, start: Location, body: Location): Location {
  const { locations } = post<{ locations: readonly Location[] }>(session, 'Debugger.getPossibleBreakpoints', {
    // Not that of its body, where another function may begin.
    start,
    restrictToFunction: true,
  })
  const place = locations.find(
    ({ lineNumber, columnNumber }) =>
      lineNumber > body.lineNumber || (lineNumber === body.lineNumber && columnNumber >= body.columnNumber),
  )
  if (place === undefined) throw new InspectorUnavailable('there is no place for a breakpoint')
  return place
}

function take(session: Session, fn: Arrow['fn'], location: Location): unknown {
  const { breakpointId } = post<{ breakpointId: string }>(session, 'Debugger.setBreakpoint', {
    location,
    condition: `globalThis.${key}.take(this),false`,
  })
  // What the engine answers with where it has not kept `this`.
  const nobody = {}
  let found: { readonly value: unknown } | undefined
  const globals = mainRealm() as Record<string, unknown>
  globals[key] = {
    run: () => Reflect.apply(fn, nobody, anyArguments),
    take(value: unknown) {
      found = { value }
      // Answered only when the call has ended.
      session.post('Runtime.terminateExecution')
    },
  }
  try {
    // Fails in each case: the call has been ended.
    session.post('Runtime.evaluate', { expression: `globalThis.${key}.run()`, silent: true, timeout: CALL_LIMIT_MS })
  } finally {
    delete globals[key]
    post(session, 'Debugger.removeBreakpoint', { breakpointId })
  }
  if (found === undefined || found.value === nobody) throw new InspectorUnavailable('`this` has no value there')
  return found.value
}

let session: Session | undefined

function debugging(): Session {
  if (session !== undefined) return session
  const opened = connect()
  session = opened
  setImmediate(() => {
    session = undefined
    opened.disconnect()
  }).unref()
  post(opened, 'Debugger.enable', {})
  // A `debugger` statement that the program meets in this turn would wait for whoever else is attached.
  post(opened, 'Debugger.setSkipAllPauses', { skip: true })
  return opened
}

/** Where a character of the text of a function stands in its script. */
function positionIn(text: string, at: number, { scriptId, lineNumber, columnNumber }: Location): Location {
  const lines = text.slice(0, at).split(/\r\n|[\n\r\u2028\u2029]/u)
  const last = lines.at(-1)?.length ?? 0
  return {
    scriptId,
    lineNumber: lineNumber + lines.length - 1,
    columnNumber: lines.length > 1 ? last : columnNumber + last,
  }
}

let prototypes: readonly unknown[] | undefined

/** In another realm the condition would not find what it calls, and the function would run. */
function isOfMainRealm(fn: object): boolean {
  prototypes ??= runInThisContext('[() => {}, async () => {}].map(Object.getPrototypeOf)') as readonly unknown[]
  return prototypes.includes(Object.getPrototypeOf(fn))
}

/** Can be taken apart as an object and as an array. */
const anything: unknown = new Proxy(() => {}, {
  get: (_target, name) => (name === Symbol.iterator ? [anything].values.bind([anything]) : anything),
})
const anyArguments = Array.from({ length: MAX_PARAMETERS }, () => anything) as never[]
