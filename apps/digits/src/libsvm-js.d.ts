/**
 * LIBSVM 3.22 in WebAssembly; the part that the app uses. The package has no types of its own; `require` gives a
 * promise of `SvmConstructor`.
 */
declare module 'libsvm-js' {
  export interface SvmOptions {
    readonly type: number
    readonly kernel: number
    readonly cost: number
    readonly gamma: number
    /** Print nothing while training. @default false */
    readonly quiet?: boolean
  }

  export interface Svm {
    train(samples: readonly (readonly number[])[], labels: readonly number[]): void
    predictOne(sample: readonly number[]): number
    /** The model lies in WebAssembly memory and is never collected. */
    free(): void
  }

  export interface SvmConstructor {
    new (options: SvmOptions): Svm
    readonly SVM_TYPES: { readonly C_SVC: number }
    readonly KERNEL_TYPES: { readonly RBF: number }
  }
}
