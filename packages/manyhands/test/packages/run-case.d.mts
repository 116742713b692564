export interface Case {
  readonly name: string
  readonly imports: string
  readonly expression: string
  readonly initializer?: string
}

export interface Environment {
  readonly options?: readonly string[]
  readonly build?: (file: string) => Promise<string>
}

export interface Outcome {
  readonly verdict: 'same' | 'cured' | 'refused' | 'wrong' | 'error'
  readonly detail: string
}

export function runCase(
  item: Case,
  where: { readonly folder: string; readonly node?: string; readonly environment?: Environment },
): Promise<Outcome>
