import { describeLocks } from '../suite/describe-locks.ts'
import { describeSemaphores } from '../suite/describe-semaphores.ts'

describeLocks('threads')
describeSemaphores('threads')
