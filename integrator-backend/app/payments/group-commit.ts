// Lets single payments that arrive together share one commit: a disk flush costs the same for one as for a hundred.
// Called by accept. Each caller is answered after its own commit; a group that fails is tried again one by one.

export const GROUP_MAX = 100
const groupsAtOnceMax = 4

type Waiting<Item, Result> = { item: Item; done: (result: Result) => void; fail: (error: unknown) => void }

export function createGroupCommit<Item, Result>(
  commit: (items: readonly Item[]) => Promise<Result[]>,
): (item: Item) => Promise<Result> {
  const waiting: Waiting<Item, Result>[] = []
  let running = 0

  const runNext = async () => {
    running += 1
    while (waiting.length > 0) {
      const group = waiting.splice(0, GROUP_MAX)
      await commitGroup(group)
    }
    running -= 1
  }

  const commitGroup = async (group: readonly Waiting<Item, Result>[]) => {
    try {
      const results = await commit(group.map((each) => each.item))
      if (results.length !== group.length) throw new RangeError('one result for each item')
      for (const [at, each] of group.entries()) each.done(results[at] as Result)
    } catch (error) {
      // one bad row must not fail its neighbours
      if (group.length === 1) group[0]?.fail(error)
      else for (const each of group) await commitGroup([each])
    }
  }

  return (item) =>
    new Promise<Result>((done, fail) => {
      waiting.push({ item, done, fail })
      if (running < groupsAtOnceMax) void runNext()
    })
}
