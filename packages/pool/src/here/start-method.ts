import { checkOptionNames, describeValue, InvalidStateError, markOwn } from '@manyhands/base'
import { poolOrigin } from '../entry-url.ts'
import { type StartMethod, startMethods } from '../protocol/lineage.ts'
import { place } from './current-process.ts'

/**
 * The start methods that there are, the default first: `spawn` starts a new process each time, `forkserver` takes one
 * that was started before.
 */
export function allStartMethods(): StartMethod[] {
  return [...startMethods]
}

/** @throws TypeError for what is none */
export function checkStartMethod(method: unknown): StartMethod {
  if (method === 'fork') {
    throw new TypeError(
      "there is no start method 'fork': Node.js cannot run on in a copy of a process. Use 'spawn' or 'forkserver'",
    )
  }
  if (!startMethods.includes(method as StartMethod)) {
    throw new TypeError(
      `the start method must be ${startMethods.map(name => `'${name}'`).join(' or ')}, got ${describeValue(method)}`,
    )
  }
  return method as StartMethod
}

/**
 * Sets how processes are started from now on, here and in those that are started.
 *
 * @param method - null unsets it, with `force`
 * @throws InvalidStateError when it was set, or used, before and `force` is not given
 * @throws TypeError for a method that there is not
 */
export function setStartMethod(
  method: StartMethod | null,
  options: { readonly force?: boolean | undefined } = {},
): void {
  checkOptionNames('setStartMethod', options, ['force'])
  const { force = false } = options
  if (method !== null || !force) checkStartMethod(method)
  const here = place()
  if (here.startMethod !== undefined && !force) {
    throw new InvalidStateError(
      `the start method is \`${here.startMethod}\` already: set it before the first process is started, or use ` +
        '{ force: true }',
    )
  }
  here.startMethod = method ?? undefined
}

/**
 * Says how processes are started. That they are so is decided from then on, unless `allowNone` is given.
 *
 * @returns null, with `allowNone`, when nothing is decided yet
 */
export function getStartMethod(options?: { readonly allowNone?: false | undefined }): StartMethod
export function getStartMethod(options: { readonly allowNone?: boolean | undefined }): StartMethod | null
export function getStartMethod(options: { readonly allowNone?: boolean | undefined } = {}): StartMethod | null {
  checkOptionNames('getStartMethod', options, ['allowNone'], { allow_none: 'allowNone' })
  const here = place()
  if (options.allowNone === true) return here.startMethod ?? null
  return (here.startMethod ??= 'spawn')
}

markOwn(allStartMethods, () => poolOrigin('allStartMethods'))
markOwn(getStartMethod, () => poolOrigin('getStartMethod'))
markOwn(setStartMethod, () => poolOrigin('setStartMethod'))
