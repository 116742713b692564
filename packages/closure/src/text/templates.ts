import type { Template } from '../protocol/message.ts'
import type { Analysis } from './analyze.ts'
import type { FunctionFacts } from './inspector.ts'
import { rewriteMembers } from './private-members.ts'
import { toSource } from './source-lines.ts'

/** One object for equal templates, so that a message with many functions of the same text carries it once. */
const byAnalysis = new WeakMap<Analysis, Map<string, Template>>()
/** Places that a text may have before they are forgotten: more are a sign of generated code. */
const MAX_PLACES = 100

/** @param url - '' when it is not known */
export function templateOf(
  analysis: Analysis,
  names: readonly string[],
  facts: FunctionFacts | undefined,
  url: string,
  effects: Template['effects'] & object,
): Template {
  let templates = byAnalysis.get(analysis)
  if (templates === undefined) byAnalysis.set(analysis, (templates = new Map()))
  const { line, column } = startOf(analysis, facts)
  const key = `${line} ${column} ${url} ${names.join()}`
  let template = templates.get(key)
  if (template === undefined) {
    if (templates.size >= MAX_PLACES) templates.clear()
    const source = toSource(analysis.text, analysis.strict, url, line, column)
    const text = source?.text ?? analysis.text
    template = {
      ...(analysis.members === undefined ? { text } : rewriteMembers(text, analysis.strict)),
      form: analysis.form,
      strict: analysis.strict,
      isClass: analysis.isClass,
      names,
      eager: names.flatMap((name, i) =>
        analysis.free.get(name)?.eager === true || analysis.parts.some(part => part.name === name) ? [i] : [],
      ),
      url,
      line: source?.line ?? line,
      column: source?.column ?? column,
      file: source?.file,
      usesImport: analysis.usesImport,
      usesImportMeta: analysis.usesImportMeta,
      ...(effects.length === 0 ? {} : { effects }),
    }
    templates.set(key, template)
  }
  return template
}

/** Where the text starts: the engine tells where its anchor is. */
export function startOf(
  { original, anchor }: Analysis,
  facts: FunctionFacts | undefined,
): { readonly line: number; readonly column: number } {
  const location = facts?.location
  if (location === undefined) return { line: 0, column: 0 }
  const before = original.slice(0, anchor)
  const newlines = before.split('\n').length - 1
  return {
    line: location.lineNumber - newlines,
    column: newlines > 0 ? 0 : Math.max(0, location.columnNumber - anchor),
  }
}
