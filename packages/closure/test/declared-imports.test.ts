import { expect, test } from 'vitest'
import { findDeclaredImport, mayDeclareImport } from '../src/modules/declared-imports.ts'
import { parseModule } from '../src/text/parse-function.ts'

const found = (text: string): unknown =>
  findDeclaredImport(parseModule(text), text, { scriptId: '', lineNumber: 0, columnNumber: 0 }, 'lib')

test.each([
  "const lib = await import('lib')",
  "const lib=await import('lib')",
  "const lib =\n  await\n  import ( 'lib' )",
  "const lib = (await (import('lib'))).default",
  "const { a, b: lib } = await import('lib')",
  "const {\n  lib,\n  c = 1,\n} = (await import('lib')).default",
  "const other = 1, lib = require('lib').member",
  "const lib = /* why */ await import('lib')",
  "const lib = // why\n  await import('lib')",
  "const first = await import('first')\nconst lib = await import('lib')",
])('a declaration by an import is not overlooked when the text is only looked at: %s', text => {
  expect(found(text)).toMatchObject({ specifier: 'lib' })
  expect(mayDeclareImport(text, 'lib')).toBe(true)
})

test.each([
  "const load = () => import('lib')",
  "const libs = await import('lib')\nlib(libs)",
  "const { other } = await import('lib'), lib = {}",
  "lib(require('lib'))",
  "if (lib == require('lib')) lib()",
  "export { lib } from 'lib'",
])('a text without one is not parsed: %s', text => {
  expect(mayDeclareImport(text, 'lib')).toBe(false)
})
