import { join } from 'node:path'
import { describeExamples } from '../../../vitest.readme.ts'

const home = join(import.meta.dirname, '..')
describeExamples(join(home, 'README.md'))
describeExamples(join(home, '../../README.md'), home)
