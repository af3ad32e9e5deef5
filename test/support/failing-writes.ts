import type { World } from './world.ts'

export interface FailingWrite {
  readonly command: 'insert' | 'update'
  readonly collection: string
  /** How many of them still go through; 0 without it. */
  readonly after?: number
}

/** Lets the database refuse certain writes of the world from now on, as for a writer that dies half way. */
export async function failWrites({ ctx }: Pick<World, 'ctx'>, write: FailingWrite): Promise<void> {
  const { command, collection, after = 0 } = write
  await ctx.client.db('admin').command({
    configureFailPoint: 'failCommand',
    mode: after === 0 ? 'alwaysOn' : { skip: after },
    data: { failCommands: [command], namespace: `${ctx.db.databaseName}.${collection}`, errorCode: 8_000 },
  })
}

/** Ends what `failWrites` began. */
export async function restoreWrites({ ctx }: Pick<World, 'ctx'>): Promise<void> {
  await ctx.client.db('admin').command({ configureFailPoint: 'failCommand', mode: 'off' })
}
