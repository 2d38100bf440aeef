// Electron's Session: keeps the shell's handlers and answers from them. Used by fake-electron.ts and fake-window.ts.
import { EventEmitter } from 'node:events'

type ProtocolHandler = (request: Request) => Response | Promise<Response>
type Cancel = (details: { url: string }, answer: (reply: { cancel?: boolean }) => void) => void
type AskPermission = (contents: null, permission: string, answer: (isGranted: boolean) => void) => void
type CheckPermission = (contents: null, permission: string) => boolean

export class FakeSession extends EventEmitter {
  private readonly handlers = new Map<string, ProtocolHandler>()
  private cancel: Cancel = (_details, answer) => answer({})
  private ask: AskPermission = (_contents, _permission, answer) => answer(true)
  private check: CheckPermission = () => true
  private checkDevice: (details: object) => boolean = () => true

  readonly protocol = {
    handle: (scheme: string, handler: ProtocolHandler): void => {
      this.handlers.set(`${scheme}:`, handler)
    },
  }

  readonly webRequest = {
    onBeforeRequest: (listener: Cancel): void => {
      this.cancel = listener
    },
  }

  setPermissionRequestHandler(handler: AskPermission): void {
    this.ask = handler
  }

  setPermissionCheckHandler(handler: CheckPermission): void {
    this.check = handler
  }

  setDevicePermissionHandler(handler: (details: object) => boolean): void {
    this.checkDevice = handler
  }

  handlerOf(url: string): ProtocolHandler | undefined {
    return this.handlers.get(new URL(url).protocol)
  }

  isCancelled(url: string): Promise<boolean> {
    return new Promise((resolve) => {
      this.cancel({ url }, ({ cancel }) => resolve(cancel === true))
    })
  }

  /** What the shell says about one permission, each way Electron may ask. */
  async permission(name: string): Promise<{ asked: boolean; checked: boolean; device: boolean }> {
    const asked = await new Promise<boolean>((resolve) => {
      this.ask(null, name, resolve)
    })
    return { asked, checked: this.check(null, name), device: this.checkDevice({ deviceType: name }) }
  }
}
