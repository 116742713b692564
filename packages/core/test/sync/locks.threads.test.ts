import { describeLocks } from '../suite/describe-locks.ts'

describeLocks('threads')
