// Ports on 127.0.0.1 for the programs of one machine. Called by start.ts and demo.ts.
import { createServer, type AddressInfo } from 'node:net'
import { LaunchError } from './launch-error.ts'

/** Throws LaunchError when another program listens there. 0: any free port. */
export async function requirePort(port: number): Promise<number> {
  const free = await freePort(port)
  if (free === null)
    throw new LaunchError(
      `Port ${port} is already in use by another program. Choose another with --port N (0: any free one).`,
    )
  return free
}

/** This port when it is free, else any free one. */
export async function preferPort(port: number): Promise<number> {
  return (await freePort(port)) ?? requirePort(0)
}

function freePort(port: number): Promise<number | null> {
  return new Promise((resolve, reject) => {
    const server = createServer()
    server.once('error', (error: NodeJS.ErrnoException) => {
      if (error.code === 'EADDRINUSE' || error.code === 'EACCES') resolve(null)
      else reject(error)
    })
    server.listen({ port, host: '127.0.0.1', exclusive: true }, () => {
      const found = (server.address() as AddressInfo).port
      server.close(() => resolve(found))
    })
  })
}
